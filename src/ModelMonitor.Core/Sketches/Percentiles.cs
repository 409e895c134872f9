namespace ModelMonitor.Core.Sketches;

/// <summary>Percentiles with linear interpolation between order statistics, to the last bit as numpy.quantile computes them.</summary>
public static class Percentiles
{
    /// <summary>h = (n−1)·q, i = ⌊h⌋, t = h − i; a + (b−a)·t for t &lt; ½, else b − (b−a)·(1−t), with a = x₍ᵢ₎ and b = x₍ᵢ₊₁₎.</summary>
    /// <param name="sorted">Ascending, finite, at least one value.</param>
    /// <param name="quantile">In [0, 1].</param>
    public static double Of(ReadOnlySpan<double> sorted, double quantile)
    {
        var h = (sorted.Length - 1) * quantile;
        var i = (int)Math.Floor(h);
        var t = h - i;
        var a = sorted[i];
        var b = sorted[Math.Min(i + 1, sorted.Length - 1)];
        return t < 0.5 ? a + ((b - a) * t) : b - ((b - a) * (1 - t));
    }

    /// <summary>The 99 inner percentiles, equal ones merged, and which of them are deciles (as indices, equal ones merged).</summary>
    /// <param name="sorted">Ascending and finite; empty gives no edges.</param>
    public static (BinEdges Edges, int[] Deciles) FineEdges(ReadOnlySpan<double> sorted)
    {
        var edges = new List<double>(99);
        var deciles = new List<int>(9);
        if (sorted.Length == 0) return (new BinEdges(edges), []);
        for (var k = 1; k < 100; k++)
        {
            var edge = Of(sorted, k / 100.0);
            // Between neighbours at both ends of float64 the interpolation leaves it: no edge there.
            if (double.IsFinite(edge) && (edges.Count == 0 || edge > edges[^1])) edges.Add(edge);
            if (k % 10 == 0 && edges.Count > 0 && (deciles.Count == 0 || deciles[^1] != edges.Count - 1)) deciles.Add(edges.Count - 1);
        }

        return (new BinEdges(edges), [.. deciles]);
    }
}
