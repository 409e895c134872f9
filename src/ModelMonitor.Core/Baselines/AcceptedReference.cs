using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Baselines;

/// <summary>Whose production became the drift reference, when, and by whom. Times are microseconds of UTC since 1970.</summary>
/// <param name="Window">The window's name, or the range as it was asked for.</param>
/// <param name="Start">Of the accepted rows, inclusive.</param>
/// <param name="End">Exclusive.</param>
/// <param name="LabelRows">Labels that became the reference's labels; 0: those from before stayed.</param>
public sealed record AcceptedReference(string Window, long Start, long End, long Rows, long LabelRows, long At, string By)
{
    /// <summary>Below it chance alone shows PSI above 0.2 over ten bins: χ²_{0.99, 9}/100 = 0.217.</summary>
    public const long FewestRows = 100;

    /// <summary>
    /// The baseline with a window's counts as its drift reference. Edges, categories and score bins stay, and so does the hash: what is counted
    /// already goes on being compared. Performance on train and hold-out stays: these are facts about the version.
    /// </summary>
    /// <param name="labelled">Whether the window's labels are due, so that they may become the reference's.</param>
    public static Baseline Apply(Baseline baseline, PaneState window, AcceptedReference accepted, bool labelled)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(accepted);
        if (window.BaselineHash != baseline.Hash) throw new ShapeMismatchException($"State of baseline '{window.BaselineHash}' cannot become the reference of baseline '{baseline.Hash}'.");
        var shape = baseline.Shape;
        var labels = labelled && window.LabelledRows > 0 ? LabelReference.Of(window) : null;
        return baseline with
        {
            ReferenceRows = window.Rows,
            Features = [.. shape.Features.Select((feature, i) => ReferenceOf(feature, window.Features[i]))],
            Score = window.Score is { } score ? Numeric(score, shape.Score) : baseline.Score,
            Labels = labels ?? baseline.Labels,
            Accepted = accepted with { Rows = window.Rows, LabelRows = labels?.Rows ?? 0 },
        };
    }

    /// <summary>As <see cref="Apply(Baseline, PaneState, AcceptedReference, bool)"/>, each slice against its own rows of the window.</summary>
    /// <param name="slices">By `column=value`.</param>
    public static Baseline Apply(Baseline baseline, PaneState window, IReadOnlyDictionary<string, PaneState> slices, AcceptedReference accepted, bool labelled)
    {
        ArgumentNullException.ThrowIfNull(slices);
        var segments = new OrderedDictionary<string, SegmentReference>(StringComparer.Ordinal);
        foreach (var (key, state) in slices)
        {
            var slice = Apply(baseline.OfSegment(key), state, accepted, labelled);
            segments.Add(key, new(slice.ReferenceRows, slice.Features, slice.Score, slice.Labels, slice.Train, slice.Holdout));
        }

        return Apply(baseline, window, accepted, labelled) with { Segments = segments };
    }

    private static FeatureReference ReferenceOf(FeatureShape shape, FeatureSketch sketch) => (shape, sketch) switch
    {
        (NumericFeatureShape numeric, NumericSketch n) => Numeric(n, numeric.Shape),
        // What the frozen categories do not know is expected from now on as often as it came: singles and unseen rows alike stand for it.
        (_, CategorySketch c) => new CategoryReference(c.Missing, c.Counts.ToArray(), c.Unseen + c.Counts[..^2].Count(1L)),
        _ => throw new ShapeMismatchException($"Column {shape.Name} was counted in another way than its baseline says."),
    };

    private static NumericReference Numeric(NumericSketch sketch, NumericShape shape)
    {
        var finite = sketch.Finite > 0;
        return new(
            sketch.Missing, sketch.Counts.ToArray(), finite ? sketch.Minimum : double.NaN, finite ? sketch.Maximum : double.NaN,
            finite ? sketch.Mean(shape.Centre) : double.NaN, finite ? sketch.StandardDeviation() : double.NaN)
        { Infinite = sketch.Infinite };
    }
}
