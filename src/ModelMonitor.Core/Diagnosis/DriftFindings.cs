using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>Findings about distributions that moved.</summary>
internal static class DriftFindings
{
    /// <summary>ln of the chance below which equal scores are no coincidence.</summary>
    private static readonly double LogOfChance = Math.Log(0.001);

    /// <summary>Expects <paramref name="findings"/> to hold those of data quality already: they suppress drift of their column.</summary>
    public static void Add(List<Finding> findings, Evaluation evaluation, Baseline baseline, FindingOptions options)
    {
        AddConstantScore(findings, evaluation, baseline);
        AddScore(findings, evaluation, baseline, options);
        AddFeatures(findings, evaluation, baseline, options);
    }

    /// <summary>All n scores are equal, and p^n &lt; 0.001 for p, the share of the reference's fullest score bin (a reference of one value is no excuse).</summary>
    private static void AddConstantScore(List<Finding> findings, Evaluation evaluation, Baseline baseline)
    {
        if (evaluation.ScoreMinimum is not { } score || evaluation.ScoreMaximum != score) return;
        var scored = evaluation.Rows - evaluation.Unscored;
        if (scored < LabelMaturity.LeastPerClass) return;
        var constantBefore = baseline.Score.Minimum == baseline.Score.Maximum;
        var total = baseline.Score.Counts.Sum();
        var fullest = total == 0 ? 0 : (double)baseline.Score.Counts.Max() / total;
        if (!constantBefore && scored * Math.Log(fullest) >= LogOfChance) return;
        findings.Add(new(FindingKind.ConstantScore, null, evaluation.Window, score, null,
            $"All {Prose.Number(scored)} scores in {Prose.Window(evaluation)} are {Prose.Number(score)}{(constantBefore ? ", as all of the reference are" : "")}."));
    }

    private static void AddScore(List<Finding> findings, Evaluation evaluation, Baseline baseline, FindingOptions options)
    {
        if (!evaluation.Drift.Score.TryGetValue("psi", out var value) || value.Value is not { } psi) return;
        var noise = PopulationStability.SignificanceLimit(PsiBins.OfScore(evaluation, baseline), baseline.ReferenceRows, evaluation.Rows, 1, options.LooksPerWindow, ChunkLimits.Of(evaluation, baseline, evaluation.Range)?.ScorePsi?.Largest ?? 0);
        var limit = Math.Max(options.UnstableLimit, noise);
        if (psi <= limit) return;
        findings.Add(new(FindingKind.UnstableScore, "score_psi", evaluation.Window, psi, limit,
            $"The PSI of the scores from the reference to {Prose.Window(evaluation)} is {Prose.Number(psi)}, limit {Prose.Number(limit)}."));
    }

    private static void AddFeatures(List<Finding> findings, Evaluation evaluation, Baseline baseline, FindingOptions options)
    {
        var faulty = findings.Where(finding => finding.Kind == FindingKind.DataQuality).Select(finding => finding.Feature).ToHashSet();
        var shapes = baseline.Shape.Features.ToDictionary(shape => shape.Name, StringComparer.Ordinal);
        var features = options.Features ?? evaluation.Drift.Features.Count;
        var chunks = ChunkLimits.Of(evaluation, baseline, evaluation.Range);
        List<Finding> unstable = [];
        foreach (var (feature, values) in evaluation.Drift.Features)
        {
            if (faulty.Contains(feature) || !shapes.TryGetValue(feature, out var shape)) continue;
            if (!values.TryGetValue("psi", out var value) || value.Value is not { } psi) continue;
            var noise = PopulationStability.SignificanceLimit(PsiBins.OfFeature(evaluation, shape), baseline.ReferenceRows, evaluation.Rows, features, options.LooksPerWindow, chunks?.FeaturePsi.GetValueOrDefault(feature)?.Largest ?? 0);
            var limit = Math.Max(options.UnstableLimit, noise);
            if (psi <= limit) continue;
            var message = $"The PSI of {feature} from the reference to {Prose.Window(evaluation)} is {Prose.Number(psi)}, limit {Prose.Number(limit)}.";
            unstable.Add(new(FindingKind.UnstableFeature, "psi", evaluation.Window, psi, limit, message) { Feature = feature });
        }

        // What the model needs most comes first; without importances the columns that moved most.
        findings.AddRange(unstable.OrderBy(finding => baseline.Importance?.RankOf(finding.Feature!) ?? 0).ThenByDescending(finding => finding.Value).ThenBy(finding => finding.Feature, StringComparer.Ordinal));
    }
}
