using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Rows of both sides with a value in (From, To]; the first bar and the last also hold what lies beyond the ends.</summary>
public readonly record struct HistogramBar(double From, double To, long Reference, long Production)
{
    public double Width => To - From;
}

/// <summary>Two samples on the scale of their values: exact counts, between fine edges that lie about evenly.</summary>
/// <param name="ReferenceRows">Rows of the reference that have a value.</param>
/// <param name="ProductionRows">Rows of the window that have a value.</param>
/// <param name="Cut">Whether values of the window lie beyond the first or the last bar; they are counted in it.</param>
public sealed record Histogram(IReadOnlyList<HistogramBar> Bars, long ReferenceRows, long ProductionRows, bool Cut)
{
    /// <summary>The scale reaches half of the reference's range beyond it, so that one stray value does not flatten all others.</summary>
    private const double Beyond = 0.5;

    /// <param name="most">Bars at most, roughly.</param>
    /// <returns>Null where a side has no values, or the reference is constant.</returns>
    public static Histogram? Of(NumericSketch production, NumericShape shape, NumericReference reference, int most = 40)
    {
        ArgumentNullException.ThrowIfNull(production);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(reference);
        var (n, m) = (reference.Counts.Sum(), production.Rows - production.Missing);
        var range = reference.Maximum - reference.Minimum;
        if (n == 0 || m == 0 || !(range > 0) || !double.IsFinite(range)) return null;
        var low = Math.Min(reference.Minimum, Math.Max(production.Minimum, reference.Minimum - (Beyond * range)));
        var high = Math.Max(reference.Maximum, Math.Min(production.Maximum, reference.Maximum + (Beyond * range)));
        var least = (high - low) / most;
        var bars = new List<HistogramBar>();
        var (from, before, now) = (low, 0L, 0L);
        for (var bin = 0; bin < shape.Edges.Bins; bin++)
        {
            before += reference.Counts[bin];
            now += production.Counts[bin];
            var to = bin < shape.Edges.Bins - 1 ? shape.Edges.Values[bin] : high;
            var last = bin == shape.Edges.Bins - 1;
            if (!last && (to - from < least || high - to < least)) continue;
            // An edge at the very end leaves a bin without width: its rows belong to the bar before.
            if (!(to > from)) bars[^1] = bars[^1] with { Reference = bars[^1].Reference + before, Production = bars[^1].Production + now };
            else bars.Add(new(from, to, before, now));
            (from, before, now) = (to, 0, 0);
        }

        return new(bars, n, m, production.Minimum < low || production.Maximum > high || production.Infinite > 0);
    }
}
