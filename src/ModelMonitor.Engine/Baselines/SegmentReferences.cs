using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Baselines;

/// <summary>Slices of the reference: which values have one, and what each slice was like.</summary>
internal static class SegmentReferences
{
    /// <summary>Of each column the most frequent values of the drift reference, ties by ordinal order.</summary>
    /// <exception cref="IntakeException">A column to slice by is not there, or one to watch within slices is not watched.</exception>
    public static SegmentShape Choose(SegmentOptions options, IReadOnlyList<IntakeFeature> watched, ReferenceData reference, string path)
    {
        if (options.Columns.Count == 0) return SegmentShape.None;
        var columns = new List<SegmentColumn>();
        for (var c = 0; c < options.Columns.Count; c++)
        {
            if (!reference.HasSegment(c)) throw Lacks(path, options.Columns[c]);
            var values = reference.SegmentValues(c).OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal).Take(options.Limit);
            columns.Add(new SegmentColumn(options.Columns[c], values.Select(v => v.Key)));
        }

        if (options.Features.FirstOrDefault(name => !watched.Any(f => f.Name == name)) is { } unknown)
            throw new IntakeException($"segments.features: '{unknown}' is no watched column of {path}", malformed: false);
        return new SegmentShape(columns, options.Features, options.Limit);
    }

    /// <summary>Each slice's sums over a reference file.</summary>
    /// <exception cref="IntakeException">The file lacks a column to slice by.</exception>
    public static Dictionary<string, PaneState> Fold(ReferenceData data, BaselineShape shape, string hash, string path)
    {
        var states = new Dictionary<string, PaneState>(StringComparer.Ordinal);
        if (shape.Segments.Columns.Count == 0) return states;
        for (var c = 0; c < shape.Segments.Columns.Count; c++)
        {
            if (!data.HasSegment(c)) throw Lacks(path, shape.Segments.Columns[c].Name);
        }

        foreach (var (batch, scores) in data.Batches)
        {
            int[] all = [.. Enumerable.Range(0, batch.Rows)];
            var folder = new SegmentFolder(shape, batch);
            folder.Fold(scores, all, (key, slice) => StateOf(states, key, hash, slice));
            foreach (var (key, rows) in folder.Slices(all))
            {
                foreach (var row in rows) states[key].AddOutcome(scores[row], batch.ProbabilitiesOf(row), batch.Labels![row]);
            }
        }

        return states;
    }

    /// <param name="reference">Slices of the drift reference.</param>
    /// <param name="train">Slices of the training data.</param>
    /// <param name="hasHoldout">Whether the drift reference is the hold-out.</param>
    public static IReadOnlyDictionary<string, SegmentReference> Of(BaselineShape shape, string hash, Dictionary<string, PaneState> reference, Dictionary<string, PaneState> train, bool hasHoldout)
    {
        var slice = shape.OfSegment();
        var segments = new OrderedDictionary<string, SegmentReference>(StringComparer.Ordinal);
        foreach (var key in shape.Segments.Keys.Where(key => reference.ContainsKey(key) || train.ContainsKey(key)))
        {
            var state = StateOf(reference, key, hash, slice);
            var trainState = StateOf(train, key, hash, slice);
            segments.Add(key, new SegmentReference(
                state.Rows,
                [.. slice.Features.Zip(state.Features, ReferenceOf)],
                BaselineBuilder.Numeric(state.Score!, slice.Score),
                LabelReference.Of(state),
                new ReferencePerformance(trainState.Rows, Performance.Of(trainState, slice)),
                hasHoldout ? new ReferencePerformance(state.Rows, Performance.Of(state, slice)) : null));
        }

        return segments;
    }

    private static IntakeException Lacks(string path, string column) => new($"{path} has no column '{column}' to slice by (segments)", malformed: false);

    private static FeatureReference ReferenceOf(FeatureShape shape, FeatureSketch sketch) => (shape, sketch) switch
    {
        (NumericFeatureShape numeric, NumericSketch n) => BaselineBuilder.Numeric(n, numeric.Shape),
        // Categories that a slice had once are not counted: what the whole has seen is not unseen.
        (_, CategorySketch c) => new CategoryReference(c.Missing, c.Counts.ToArray(), 0),
        _ => throw new InvalidOperationException($"Column {shape.Name} changed its kind."),
    };

    private static PaneState StateOf(Dictionary<string, PaneState> states, string key, string hash, BaselineShape slice)
    {
        if (!states.TryGetValue(key, out var state)) states.Add(key, state = PaneState.Empty(hash, slice));
        return state;
    }
}
