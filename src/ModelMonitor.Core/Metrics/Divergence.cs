namespace ModelMonitor.Core.Metrics;

/// <summary>Distances between two histograms over the same bins, without smoothing. Both sides need rows.</summary>
public static class Divergence
{
    /// <summary>√(½·Σ p·log₂(p/m) + ½·Σ q·log₂(q/m)), m = (p + q)/2: 0 … 1. Source: Endres &amp; Schindelin (2003).</summary>
    public static double JensenShannonDistance(ReadOnlySpan<long> reference, ReadOnlySpan<long> production)
    {
        var (n, m) = Totals(reference, production);
        double sum = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            double p = reference[i] / n, q = production[i] / m;
            var middle = (p + q) / 2;
            if (p > 0) sum += p * Math.Log2(p / middle);
            if (q > 0) sum += q * Math.Log2(q / middle);
        }

        return Math.Sqrt(Math.Clamp(sum / 2, 0, 1));
    }

    /// <summary>√(½·Σ (√p − √q)²): 0 … 1.</summary>
    public static double Hellinger(ReadOnlySpan<long> reference, ReadOnlySpan<long> production)
    {
        var (n, m) = Totals(reference, production);
        double sum = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            var difference = Math.Sqrt(reference[i] / n) - Math.Sqrt(production[i] / m);
            sum += difference * difference;
        }

        return Math.Sqrt(Math.Min(sum / 2, 1));
    }

    internal static (double Reference, double Production) Totals(ReadOnlySpan<long> reference, ReadOnlySpan<long> production)
    {
        if (reference.Length != production.Length) throw new ArgumentException($"{production.Length} production bins cannot be compared with {reference.Length} of the reference.", nameof(production));
        long n = 0, m = 0;
        foreach (var count in reference) n += count;
        foreach (var count in production) m += count;
        if (n <= 0 || m <= 0) throw new ArgumentException("A side without rows has no distribution.", nameof(production));
        return (n, m);
    }
}
