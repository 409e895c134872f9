using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Engine.Baselines;

/// <summary>How far the drift reference differs from itself, over its own chunks of every configured window's length and of the usual ones.</summary>
internal static class NoiseBuilder
{
    /// <summary>Lengths that `evaluate` may ask for, whatever windows are configured.</summary>
    private static readonly long[] s_usual = [Instant.Hour, Instant.Day, 7 * Instant.Day, 30 * Instant.Day];

    /// <param name="baseline">Complete but for its noise.</param>
    /// <param name="windows">Lengths of the configured windows.</param>
    public static ReferenceNoise Build(ReferenceData reference, Baseline baseline, IEnumerable<TimeSpan> windows)
    {
        var order = ReferenceOrder.Of(reference);
        if (order.Times.Length == 0) return ReferenceNoise.None;
        var lengths = windows.Select(Instant.From).Concat(s_usual).Where(length => length > 0).Distinct().Order()
            .Select(length => (Length: length, Chunks: ReferenceChunks.Cut(order.Times, length)))
            .Where(x => x.Chunks.Count >= ReferenceNoise.LeastChunks)
            .ToList();
        if (lengths.Count == 0) return ReferenceNoise.None;
        var features = lengths.Select(_ => new OrderedDictionary<string, ValueNoise>(StringComparer.Ordinal)).ToList();
        for (var f = 0; f < baseline.Features.Count; f++)
        {
            // One column at a time: the codes of all would be as large as the reference itself.
            var codes = order.Codes(f, baseline.Shape.Features[f]);
            var (counts, view) = View(baseline.Shape.Features[f], baseline.Features[f]);
            for (var i = 0; i < lengths.Count; i++)
            {
                if (ChunkStability.Of(codes, lengths[i].Chunks, counts, baseline.Features[f].Missing, view) is { } noise)
                    features[i][baseline.Shape.Features[f].Name] = noise;
            }
        }

        var scores = order.ScoreCodes(baseline.Shape.Score);
        var scoreView = Numeric(baseline.Shape.Score);
        return new([.. lengths.Select((x, i) => new ChunkNoise
        {
            Length = x.Length,
            Chunks = x.Chunks.Count,
            FeaturePsi = features[i],
            ScorePsi = ChunkStability.Of(scores, x.Chunks, baseline.Score.Counts, baseline.Score.Missing, scoreView),
            LabelPsi = baseline.Shape.Task == TaskKind.Regression ? null : LabelPsi(order, x.Chunks, baseline.Labels),
            Performance = PerformanceOf(order, x.Chunks, baseline),
        })]);
    }

    private static ValueNoise? LabelPsi(ReferenceOrder order, IReadOnlyList<Range> chunks, LabelReference labels) =>
        labels.Classes.Count > 0
        ? ChunkStability.Of(order.ClassCodes(), chunks, [.. labels.Classes], 0, (counts, _) => [.. counts])
        : ChunkStability.Of(order.LabelCodes(), chunks, [labels.Positives, labels.Negatives], 0, (counts, _) => [.. counts]);

    /// <summary>Every metric over the chunks that a rule could judge: those with 30 labelled rows of each class, or 100 of a regression.</summary>
    private static OrderedDictionary<string, ValueNoise> PerformanceOf(ReferenceOrder order, IReadOnlyList<Range> chunks, Baseline baseline)
    {
        var values = new OrderedDictionary<string, List<double>>(StringComparer.Ordinal);
        var shape = baseline.Shape with { Features = [] };
        foreach (var chunk in chunks)
        {
            var state = PaneState.Empty(baseline.Hash, shape);
            order.AddOutcomes(chunk, state);
            if (!Suffices(state)) continue;
            foreach (var (metric, value) in Performance.Of(state, shape))
            {
                if (value.Value is not { } defined) continue;
                if (!values.TryGetValue(metric, out var list)) values[metric] = list = [];
                list.Add(defined);
            }
        }

        var noise = new OrderedDictionary<string, ValueNoise>(StringComparer.Ordinal);
        foreach (var (metric, list) in values)
        {
            if (ValueNoise.Of(list) is { } known) noise[metric] = known;
        }

        return noise;
    }

    private static bool Suffices(PaneState state) => state.Outcomes switch
    {
        BinaryOutcomes binary => Math.Min(binary.PositiveRows, binary.NegativeRows) >= LabelMaturity.LeastPerClass,
        MulticlassOutcomes classes => classes.ClassRows().Min() >= LabelMaturity.LeastPerClass,
        _ => state.LabelledRows >= LabelMaturity.LeastForRegression,
    };

    private static (long[] Counts, Func<long[], long, long[]> View) View(FeatureShape shape, FeatureReference reference) => (shape, reference) switch
    {
        (NumericFeatureShape numeric, NumericReference n) => (n.Counts, Numeric(numeric.Shape)),
        // What is rare is settled by the whole reference, as it is for production.
        (_, CategoryReference c) => (c.Counts, (counts, missing) => BinViews.Categories(counts, c.Counts, missing)),
        _ => throw new InvalidOperationException($"Column {shape.Name} and its reference are of different kinds."),
    };

    private static Func<long[], long, long[]> Numeric(NumericShape shape) => (counts, missing) => BinViews.Deciles(counts, shape.Deciles, missing);
}
