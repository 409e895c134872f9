namespace ModelMonitor.Core.Metrics;

/// <summary>The two-sample Kolmogorov–Smirnov distance.</summary>
public static class KolmogorovSmirnov
{
    /// <summary>max |F_R − F_P| at the bins' edges: at most the exact distance, which lies at most the bound above it.</summary>
    /// <remarks>
    /// Within a bin that starts at the difference D and has the masses r and p, the difference stays in [D − p, D + r]. So the exact distance is at
    /// most max over bins of max(D + r, p − D), and the bound at most the largest one-bin mass of either side.
    /// </remarks>
    public static (double Value, double ErrorBound) FromBins(ReadOnlySpan<long> reference, ReadOnlySpan<long> production)
    {
        var (n, m) = Divergence.Totals(reference, production);
        double largest = 0, possible = 0, start = 0;
        long referenceUpTo = 0, productionUpTo = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            possible = Math.Max(possible, Math.Max(start + (reference[i] / n), (production[i] / m) - start));
            referenceUpTo += reference[i];
            productionUpTo += production[i];
            start = (referenceUpTo / n) - (productionUpTo / m);
            largest = Math.Max(largest, Math.Abs(start));
        }

        return (largest, Math.Max(possible - largest, 0));
    }
}
