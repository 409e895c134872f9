using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Shares of the rows at or below a value, of the rows that have one.</summary>
public readonly record struct CumulativePoint(double Value, double Reference, double Production);

/// <summary>Two distributions at the fine edges, where they are known exactly. The largest distance between them is the KS distance.</summary>
public static class CumulativeDistribution
{
    /// <returns>One point per edge, and one at the greatest finite value seen on either side; none where a side has no values.</returns>
    public static IReadOnlyList<CumulativePoint> Of(NumericSketch production, NumericShape shape, NumericReference reference)
    {
        ArgumentNullException.ThrowIfNull(production);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(reference);
        if (production.Rows == production.Missing || reference.Counts.Sum() == 0) return [];
        var (n, m) = Divergence.Totals(reference.Counts, production.Counts);
        var points = new List<CumulativePoint>(shape.Edges.Bins);
        long before = 0, now = 0;
        for (var i = 0; i < shape.Edges.Values.Length; i++)
        {
            before += reference.Counts[i];
            now += production.Counts[i];
            points.Add(new(shape.Edges.Values[i], before / n, now / m));
        }

        var greatest = Math.Max(reference.Maximum, production.Maximum);
        if (points.Count == 0 || greatest > points[^1].Value) points.Add(new(greatest, 1, 1));
        return points;
    }
}
