using CsCheck;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests;

/// <summary>Shapes, states and random rows that several tests share.</summary>
internal static class Make
{
    public static readonly ScoreBins Bins = new(0, 1, [], threshold: 0.3);

    /// <summary>Scores on a coarse or a fine grid, so that heavy ties and none both occur, with at least two rows of each class.</summary>
    public static readonly Gen<(double Score, bool Positive)[]> BinaryRows =
        from grid in Gen.OneOf(4, 10, 50, 100_000)
        from rows in Gen.Select(Gen.Int[0, 1 << 20], Gen.Bool).Array[0, 80]
        select rows.Select(r => ((double)(float)((r.Item1 % (grid + 1)) / (double)grid), r.Item2))
            .Concat([(0.2, true), (0.7, true), (0.3, false), (0.1, false)]).ToArray();

    /// <summary>Values with heavy ties, or none, or of two scales.</summary>
    public static readonly Gen<double[]> Values = Gen.OneOf(
        Gen.Int[-5, 5].Select(i => (double)i).Array[2, 150],
        Gen.Double[-3, 3].Array[2, 150],
        Gen.Double[0, 1].Select(u => u < 0.7 ? Math.Round(u, 1) : 1000 * u).Array[2, 150]);

    public static (BinaryOutcomes Outcomes, DistinctScores Distinct) Outcomes(IEnumerable<(double Score, bool Positive)> rows, ScoreBins? bins = null)
    {
        var (outcomes, distinct) = (new BinaryOutcomes(bins ?? Bins), new DistinctScores());
        foreach (var (score, positive) in rows)
        {
            outcomes.Add(score, positive ? 1 : 0);
            distinct.Add(score, positive);
        }

        return (outcomes, distinct);
    }

    /// <summary>Distinct scores of which some were dropped: the histogram has to serve.</summary>
    public static DistinctScores Dropped()
    {
        var distinct = new DistinctScores();
        distinct.Trim(DistinctScores.Limit);
        return distinct;
    }

    public static NumericShape Shape(IEnumerable<double> reference)
    {
        var sorted = reference.Where(double.IsFinite).Order().ToArray();
        var (edges, deciles) = Percentiles.FineEdges(sorted);
        return sorted.Length == 0
            ? new(edges, deciles, double.NaN, double.NaN, 0)
            : new(edges, deciles, sorted[0], sorted[^1], sorted.Average());
    }

    public static NumericSketch Sketch(double[] values, NumericShape shape)
    {
        var sketch = new NumericSketch(shape.Edges.Bins);
        sketch.Add(values, shape);
        return sketch;
    }

    public static NumericReference Reference(double[] values, NumericShape shape)
    {
        var sketch = Sketch(values, shape);
        return new(sketch.Missing, sketch.Counts.ToArray(), sketch.Minimum, sketch.Maximum, sketch.Mean(shape.Centre), sketch.StandardDeviation()) { Infinite = sketch.Infinite };
    }

    /// <summary>A binary model with the numeric column `x`, the categorical column `c`, and the given reference.</summary>
    public static Baseline Baseline(double[] x, string?[] c, double[] scores, long positives, long negatives, CategoryShape? categories = null)
    {
        var shape = Shape(x);
        var scoreShape = Shape(scores);
        categories ??= new CategoryShape([.. c.OfType<string>().Distinct().Order(StringComparer.Ordinal)], []);
        var sketch = Categories(c, categories);
        return new Baseline
        {
            Model = "m",
            Version = "1",
            ModelSha256 = "",
            Hash = "h",
            Shape = new BaselineShape
            {
                Task = TaskKind.Binary,
                Features = [new NumericFeatureShape("x", true, shape), new CategoryFeatureShape("c", true, categories)],
                Score = scoreShape,
                ScoreBins = Bins,
            },
            ReferenceRows = x.Length,
            Features = [Reference(x, shape), new CategoryReference(sketch.Missing, sketch.Counts.ToArray(), 0)],
            Score = Reference(scores, scoreShape),
            Labels = new LabelReference(positives + negatives, positives, negatives),
            Train = new ReferencePerformance(0, new Dictionary<string, ModelMonitor.Core.Metrics.MetricValue>()),
        };
    }

    public static CategorySketch Categories(string?[] values, CategoryShape shape)
    {
        var names = values.OfType<string>().Distinct().ToList();
        var sketch = new CategorySketch(shape.Bins);
        sketch.Add(values.Select(v => v is null ? -1 : names.IndexOf(v)).ToArray(), names, shape);
        return sketch;
    }

    /// <summary>A window's state on a baseline of <see cref="Baseline"/>.</summary>
    public static PaneState State(Baseline baseline, double[] x, string?[] c, double[] scores, IEnumerable<(double Score, bool Positive)>? labelled = null)
    {
        var state = PaneState.Empty(baseline.Hash, baseline.Shape);
        state.AddRows(x.Length, extraColumns: false, missingColumns: false);
        ((NumericSketch)state.Features[0]).Add(x, ((NumericFeatureShape)baseline.Shape.Features[0]).Shape);
        state.Features[1].Merge(Categories(c, ((CategoryFeatureShape)baseline.Shape.Features[1]).Shape));
        state.Score!.Add(scores, baseline.Shape.Score);
        if (baseline.Shape.ScoreBins is { } bins) state.AddScored(scores, bins);
        foreach (var (score, positive) in labelled ?? []) state.AddOutcome(score, positive ? 1 : 0);
        return state;
    }
}
