using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using Values = System.Collections.Generic.OrderedDictionary<string, ModelMonitor.Core.Metrics.MetricValue>;

namespace ModelMonitor.Core.Metrics;

/// <summary>Drift of a window against the baseline's reference: of the scores, of the labels, and of each watched column.</summary>
public static class Drift
{
    private static readonly string[] DistributionKeys = ["psi", "psi_noise_floor", "js_distance", "ks_distance", "wasserstein_ratio", "hellinger"];

    /// <exception cref="ShapeMismatchException">The state was counted on another shape.</exception>
    public static DriftValues Of(PaneState state, Baseline baseline)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(baseline);
        if (state.Features.Count != baseline.Shape.Features.Count)
            throw new ShapeMismatchException($"State of {state.Features.Count} columns cannot be compared with a baseline of {baseline.Shape.Features.Count}.");
        // A slice that the reference did not have is all news: there is nothing it could have drifted from.
        if (baseline.ReferenceRows == 0) return new DriftValues(DistributionKeys.ToOrdered(_ => MetricValue.Undefined(MetricStatus.NoRows)), new Values(), []);
        var bins = new Dictionary<string, int>(StringComparer.Ordinal);
        var features = new List<KeyValuePair<string, IReadOnlyDictionary<string, MetricValue>>>(state.Features.Count);
        for (var i = 0; i < state.Features.Count; i++)
        {
            var name = baseline.Shape.Features[i].Name;
            features.Add(new(name, OfFeature(state.Features[i], baseline.Shape.Features[i], baseline.Features[i], out var featureBins)));
            bins[name] = featureBins;
        }

        var scoreBins = 0;
        var score = state.Score is null ? new Values() : OfScore(state.Score, baseline, out scoreBins);
        var label = OfLabels(state, baseline.Labels, out var labelBins);
        (bins[DriftValues.ScoreBinsKey], bins[DriftValues.LabelBinsKey]) = (scoreBins, labelBins);
        return new DriftValues(score, label, features) { PsiBins = bins };
    }

    /// <summary>Distances of a numeric column, its data quality, and its moments.</summary>
    public static IReadOnlyDictionary<string, MetricValue> OfNumeric(NumericSketch production, NumericShape shape, NumericReference reference) => OfNumeric(production, shape, reference, out _);

    private static Values OfNumeric(NumericSketch production, NumericShape shape, NumericReference reference, out int bins)
    {
        ArgumentNullException.ThrowIfNull(production);
        var values = NumericDistances(production, shape, reference, out bins);
        values["missing_ratio"] = Ratio(production.Missing, production.Rows);
        values["infinite_ratio"] = Ratio(production.Infinite, production.Rows);
        values["out_of_range_ratio"] = Ratio(production.OutOfRange, production.Rows);
        NumericMoments.AddTo(values, production, shape);
        return values;
    }

    /// <summary>Distances of a categorical column and its data quality.</summary>
    public static IReadOnlyDictionary<string, MetricValue> OfCategories(CategorySketch production, CategoryReference reference) => OfCategories(production, reference, out _);

    private static Values OfCategories(CategorySketch production, CategoryReference reference, out int bins)
    {
        ArgumentNullException.ThrowIfNull(production);
        ArgumentNullException.ThrowIfNull(reference);
        CheckShape(production.Counts, reference.Counts);
        var values = new Values();
        bins = AddStability(
            values, BinViews.Categories(reference.Counts, reference.Counts, reference.Missing), BinViews.Categories(production.Counts, reference.Counts, production.Missing));
        var (fineReference, fineProduction) = (BinViews.WithMissing(reference.Counts, reference.Missing), BinViews.WithMissing(production.Counts, production.Missing));
        var status = StatusOf(fineReference, fineProduction);
        values["js_distance"] = Unless(status, () => MetricValue.Of(Divergence.JensenShannonDistance(fineReference, fineProduction)));
        values["hellinger"] = Unless(status, () => MetricValue.Of(Divergence.Hellinger(fineReference, fineProduction)));
        values["missing_ratio"] = Ratio(production.Missing, production.Rows);
        values["unseen_ratio"] = Ratio(production.Unseen, production.Rows);
        return values;
    }

    private static Values OfFeature(FeatureSketch sketch, FeatureShape shape, FeatureReference reference, out int bins)
    {
        bins = 0;
        return (sketch, shape, reference) switch
        {
            (NumericSketch production, NumericFeatureShape numeric, NumericReference expected) => OfNumeric(production, numeric.Shape, expected, out bins),
            (CategorySketch production, CategoryFeatureShape, CategoryReference expected) => OfCategories(production, expected, out bins),
            _ => throw new ShapeMismatchException($"Column {shape.Name} was counted in another way than its baseline says."),
        };
    }

    private static Values OfScore(NumericSketch production, Baseline baseline, out int bins)
    {
        bins = 0;
        // Rows without a score alone are no change of the scores: unscored rows are reported as such.
        if (production.Rows != 0 && production.Rows == production.Missing) return Keys().ToOrdered(_ => MetricValue.Undefined(MetricStatus.NoValues));
        var values = NumericDistances(production, baseline.Shape.Score, baseline.Score, out bins);
        foreach (var key in DistributionKeys.Except(Keys())) values.Remove(key);
        return values;

        // A multiclass model's score is its predicted class, and classes have no distance and no order.
        IEnumerable<string> Keys() => baseline.Shape.Task == TaskKind.Multiclass ? DistributionKeys.Where(key => key is not ("ks_distance" or "wasserstein_ratio")) : DistributionKeys;
    }

    private static Values OfLabels(PaneState state, LabelReference reference, out int bins)
    {
        bins = 0;
        var values = new Values();
        if (state.Outcomes is BinaryOutcomes { Rows: > 0 } outcomes && reference.Positives + reference.Negatives > 0)
            bins = AddStability(values, [reference.Positives, reference.Negatives], [outcomes.PositiveRows, outcomes.NegativeRows]);
        if (state.Outcomes is MulticlassOutcomes { Rows: > 0 } classes && reference.Classes.Count == classes.Classes && reference.Classes.Any(rows => rows > 0))
            bins = AddStability(values, [.. reference.Classes], classes.ClassRows());
        return values;
    }

    private static Values NumericDistances(NumericSketch production, NumericShape shape, NumericReference reference, out int bins)
    {
        CheckShape(production.Counts, reference.Counts);
        var values = new Values();
        bins = AddStability(
            values, BinViews.Deciles(reference.Counts, shape.Deciles, reference.Missing), BinViews.Deciles(production.Counts, shape.Deciles, production.Missing));
        var (fineReference, fineProduction) = (BinViews.WithMissing(reference.Counts, reference.Missing), BinViews.WithMissing(production.Counts, production.Missing));
        var status = StatusOf(fineReference, fineProduction);
        values["js_distance"] = Unless(status, () => MetricValue.Of(Divergence.JensenShannonDistance(fineReference, fineProduction)));
        values["ks_distance"] = KsDistance(production, reference);
        values["wasserstein_ratio"] = WassersteinRatio(production, shape, reference);
        values["hellinger"] = Unless(status, () => MetricValue.Of(Divergence.Hellinger(fineReference, fineProduction)));
        return values;
    }

    /// <returns>B: the bins that are not empty on both sides.</returns>
    private static int AddStability(Values values, long[] reference, long[] production)
    {
        var status = StatusOf(reference, production);
        var (psi, bins) = PopulationStability.Psi(reference, production);
        values["psi"] = Unless(status, () => MetricValue.Of(psi));
        values["psi_noise_floor"] = Unless(status, () => MetricValue.Of(PopulationStability.NoiseFloor(bins, reference.Sum(), production.Sum())));
        return bins;
    }

    /// <summary>Over the rows that are not missing.</summary>
    private static MetricValue KsDistance(NumericSketch production, NumericReference reference) => Unless(StatusOfValues(production, reference), () =>
    {
        var (ks, bound) = KolmogorovSmirnov.FromBins(reference.Counts, production.Counts);
        return MetricValue.Of(ks) with { ErrorBound = bound };
    });

    /// <summary>Wasserstein-1 over the rows that are not missing, in standard deviations of the reference.</summary>
    private static MetricValue WassersteinRatio(NumericSketch production, NumericShape shape, NumericReference reference)
    {
        var status = StatusOfValues(production, reference)
            ?? (reference.Minimum == reference.Maximum ? MetricStatus.ConstantReference : null)
            ?? (production.Infinite != 0 || reference.Infinite != 0 || !(reference.StandardDeviation > 0) ? MetricStatus.UndefinedOperand : null);
        return Unless(status, () =>
        {
            var (minimum, maximum) = (Math.Min(reference.Minimum, production.Minimum), Math.Max(reference.Maximum, production.Maximum));
            var (distance, bound) = Wasserstein.FromBins(reference.Counts, production.Counts, shape.Edges.Values, minimum, maximum);
            var (ratio, ratioBound) = (distance / reference.StandardDeviation, bound / reference.StandardDeviation);
            // Values at both ends of float64: the width between them is beyond it.
            return double.IsFinite(ratio) && double.IsFinite(ratioBound) ? MetricValue.Of(ratio) with { ErrorBound = ratioBound } : MetricValue.Undefined(MetricStatus.UndefinedOperand);
        });
    }

    private static MetricValue Ratio(long part, long rows) => rows == 0 ? MetricValue.Undefined(MetricStatus.NoRows) : MetricValue.Of((double)part / rows);

    private static MetricValue Unless(string? status, Func<MetricValue> value) => status is null ? value() : MetricValue.Undefined(status);

    private static string? StatusOf(long[] reference, long[] production) =>
        production.Sum() == 0 ? MetricStatus.NoRows : reference.Sum() == 0 ? MetricStatus.NoValues : null;

    private static string? StatusOfValues(NumericSketch production, NumericReference reference) =>
        production.Rows == 0 ? MetricStatus.NoRows : production.Rows == production.Missing || reference.Counts.Sum() == 0 ? MetricStatus.NoValues : null;

    private static void CheckShape(ReadOnlySpan<long> production, long[] reference)
    {
        if (production.Length != reference.Length) throw new ShapeMismatchException($"State of {production.Length} bins cannot be compared with a reference of {reference.Length}.");
    }
}
