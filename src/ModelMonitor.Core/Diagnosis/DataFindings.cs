using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>Findings about what arrives: columns, missing and infinite values, categories never seen before.</summary>
internal static class DataFindings
{
    /// <summary>Rows below which a share is too uncertain for its standard error.</summary>
    private const long LeastRows = 30;
    private const double LeastExcess = 0.01;
    private const double StandardErrors = 3;

    /// <summary>A row now and then, scored between two deliveries of a feature, is no skew.</summary>
    private const long LeastDiffering = 10;
    private const double MostDiffering = 0.01;

    public static void Add(List<Finding> findings, Evaluation evaluation, Baseline baseline)
    {
        AddSchema(findings, evaluation);
        AddSkew(findings, evaluation);
        var references = new Dictionary<string, FeatureReference>(StringComparer.Ordinal);
        for (var i = 0; i < baseline.Features.Count; i++) references[baseline.Shape.Features[i].Name] = baseline.Features[i];
        foreach (var (feature, values) in evaluation.Drift.Features)
        {
            if (references.TryGetValue(feature, out var reference)) AddQuality(findings, evaluation, feature, values, reference, baseline.ReferenceRows);
        }
    }

    private static void AddSchema(List<Finding> findings, Evaluation evaluation)
    {
        var (extra, missing) = (evaluation.RowsWithExtraColumns, evaluation.RowsWithMissingColumns);
        if (extra == 0 && missing == 0) return;
        string[] parts =
        [
            .. missing == 0 ? Array.Empty<string>() : [$"{Prose.Number(missing)} without a watched column"],
            .. extra == 0 ? Array.Empty<string>() : [$"{Prose.Number(extra)} with columns unknown to the baseline"],
        ];
        findings.Add(new(FindingKind.SchemaChanged, null, evaluation.Window, Math.Max(extra, missing), 0,
            $"Of {Prose.Number(evaluation.Rows)} rows in {Prose.Window(evaluation)}, {string.Join(" and ", parts)} arrived."));
    }

    private static void AddSkew(List<Finding> findings, Evaluation evaluation)
    {
        var (compared, differing) = (evaluation.Compared, evaluation.Differing);
        if (differing < LeastDiffering || differing <= MostDiffering * compared) return;
        findings.Add(new(FindingKind.TrainingServingSkew, "serving_skew_ratio", evaluation.Window, Share(differing, compared), MostDiffering,
            $"{Prose.Percent(Share(differing, compared))} of {Prose.Number(compared)} logged scores in {Prose.Window(evaluation)} are not what the model here gives for the same rows, limit {Prose.Percent(MostDiffering)}: the serving side prepares features in another way, or serves another model."));
    }

    private static void AddQuality(
        List<Finding> findings, Evaluation evaluation, string feature, IReadOnlyDictionary<string, MetricValue> values, FeatureReference reference, long referenceRows)
    {
        void Report(string metric, double value, double limit, string message) => findings.Add(
            new(FindingKind.DataQuality, metric, evaluation.Window, value, limit, message) { Feature = feature });

        var where = Prose.Window(evaluation);
        var missing = Share(reference.Missing, referenceRows);
        if (Value(values, "missing_ratio") is { } ratio && Exceeds(missing, referenceRows, ratio, evaluation.Rows, out var limit))
            Report("missing_ratio", ratio, limit, $"{Prose.Percent(ratio)} of {feature} is missing in {where}, {Prose.Percent(missing)} in the reference, limit {Prose.Percent(limit)}.");
        if (Value(values, "infinite_ratio") is > 0 and var infinite)
            Report("infinite_ratio", infinite, 0, $"{Prose.Percent(infinite)} of {feature} is infinite in {where}.");
        if (reference is not CategoryReference category || Value(values, "unseen_ratio") is not { } unseen) return;
        var expected = Share(category.SeenOnce, referenceRows);
        if (Exceeds(expected, referenceRows, unseen, evaluation.Rows, out limit))
            Report("unseen_ratio", unseen, limit, $"{Prose.Percent(unseen)} of {feature} in {where} are categories that the reference never had, {Prose.Percent(expected)} expected, limit {Prose.Percent(limit)}.");
    }

    /// <summary>m above r by more than 0.01 and by more than 3·√(r(1−r)/N + m(1−m)/M).</summary>
    /// <param name="limit">r plus the larger of the two.</param>
    private static bool Exceeds(double reference, long referenceRows, double value, long rows, out double limit)
    {
        limit = double.PositiveInfinity;
        if (referenceRows <= 0 || rows < LeastRows) return false;
        var error = Math.Sqrt((reference * (1 - reference) / referenceRows) + (value * (1 - value) / rows));
        limit = reference + Math.Max(LeastExcess, StandardErrors * error);
        return value > limit;
    }

    private static double Share(long part, long rows) => rows == 0 ? 0 : (double)part / rows;

    private static double? Value(IReadOnlyDictionary<string, MetricValue> values, string key) => values.TryGetValue(key, out var value) ? value.Value : null;
}
