namespace ModelMonitor.Core.Metrics;

/// <summary>The Wasserstein-1 distance: the area between two distribution functions.</summary>
public static class Wasserstein
{
    /// <summary>∫|F_R − F_P|, both functions drawn straight through each bin; the exact distance lies within the bound of it.</summary>
    /// <remarks>
    /// Within a bin of width w that starts at the difference D and has the masses r and p, the difference stays in [D − p, D + r]. So the bin's exact
    /// area lies between w·(the least magnitude of that range) and w·(its greatest), and the exact distance between the sums of those.
    /// </remarks>
    /// <param name="edges">Inner edges, ascending.</param>
    /// <param name="minimum">Least value of either side: where the first bin begins.</param>
    /// <param name="maximum">Greatest value of either side: where the last bin ends.</param>
    public static (double Value, double ErrorBound) FromBins(
        ReadOnlySpan<long> reference, ReadOnlySpan<long> production, ReadOnlySpan<double> edges, double minimum, double maximum)
    {
        var (n, m) = Divergence.Totals(reference, production);
        double area = 0, least = 0, greatest = 0, start = 0;
        long referenceUpTo = 0, productionUpTo = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            var low = i == 0 ? minimum : Math.Clamp(edges[i - 1], minimum, maximum);
            var high = i == edges.Length ? maximum : Math.Clamp(edges[i], minimum, maximum);
            var width = high - low;
            double r = reference[i] / n, p = production[i] / m;
            referenceUpTo += reference[i];
            productionUpTo += production[i];
            var end = (referenceUpTo / n) - (productionUpTo / m);
            area += width * MeanMagnitude(start, end);
            least += width * Math.Max(Math.Max(start - p, -(start + r)), 0);
            greatest += width * Math.Max(start + r, p - start);
            start = end;
        }

        return (area, Math.Max(Math.Max(greatest - area, area - least), 0));
    }

    /// <summary>Mean of |x| along the straight line from one value to another.</summary>
    private static double MeanMagnitude(double from, double to)
    {
        double a = Math.Abs(from), b = Math.Abs(to);
        // Where the line crosses 0, two triangles.
        return from * to >= 0 ? (a + b) / 2 : ((a * a) + (b * b)) / (2 * (a + b));
    }
}
