using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Rules;

/// <summary>Rules on a value of each of several columns: one verdict that lists the worst.</summary>
internal static class FeatureRules
{
    private const int Named = 5;

    public static RuleVerdict Judge(RuleDefinition rule, Evaluation evaluation, Baseline? baseline, RuleContext context)
    {
        var key = rule.Metric ?? throw new ArgumentException($"Rule {rule.Name} has neither a metric nor a finding.", nameof(rule));
        if (baseline is null) return RuleEvaluator.Withheld(RuleReason.NoBaseline);
        var under = baseline.Shape.Features.Where(shape => IsUnder(rule, shape.Name, shape.IsInput)).ToDictionary(shape => shape.Name, StringComparer.Ordinal);
        var faulty = IsQuality(key) ? [] : evaluation.Findings.Where(finding => finding.Kind == FindingKind.DataQuality).Select(finding => finding.Feature).ToHashSet();
        var chunks = MetricRules.IsPsi(key) ? ChunkLimits.Of(evaluation, baseline, evaluation.Range)?.FeaturePsi : null;
        var lacks = false;
        List<(string Feature, double Value, Crossing Crossing)> judged = [];
        var reason = RuleReason.NotEvaluated;
        foreach (var (feature, values) in evaluation.Drift.Features)
        {
            if (!under.TryGetValue(feature, out var shape)) continue;
            if (faulty.Contains(feature)) reason = RuleReason.DataQuality;
            else if (!values.TryGetValue(key, out var metric) || metric.Value is not { } value) reason = metric.Status ?? reason;
            else
            {
                var own = chunks?.GetValueOrDefault(feature);
                lacks |= MetricRules.IsPsi(key) && own is null;
                if (rule.Beyond is not null && own is null)
                {
                    reason = MetricStatus.NoReferenceChunks;
                    continue;
                }

                var noise = !MetricRules.IsPsi(key) ? 0 : PopulationStability.SignificanceLimit(
                    PsiBins.OfFeature(evaluation, shape), baseline.ReferenceRows, evaluation.Rows, under.Count, context.LooksPerWindow, own?.Largest ?? 0);
                judged.Add((feature, value, rule.Beyond is { } times ? ChunkLimits.Beyond(times, key, value, own!, noise) : MetricRules.Crossing(rule, value, noise)));
            }
        }

        return judged.Count == 0 ? RuleEvaluator.Withheld(reason) : Verdict(rule, key, evaluation, baseline.Importance, judged, lacks);
    }

    /// <summary>Whether a column is one that the rule names, by itself, as an input, or as any, and does not except.</summary>
    public static bool IsUnder(RuleDefinition rule, string feature, bool isInput) => !rule.Except.Contains(feature, StringComparer.Ordinal) && rule.Feature switch
    {
        "*" => true,
        "inputs" => isInput,
        _ => rule.Feature == feature,
    };

    private static RuleVerdict Verdict(
        RuleDefinition rule, string key, Evaluation evaluation, PermutationImportance? importance, List<(string Feature, double Value, Crossing Crossing)> judged, bool lacksChunks)
    {
        // In breach first, and of these what the model needs most; then the greatest value (where the rule has `below` alone, the least).
        var sign = rule is { Above: null, Beyond: null } ? -1 : 1;
        var ordered = judged
            .OrderByDescending(x => x.Crossing.Breached)
            .ThenBy(x => x.Crossing.Breached ? importance?.RankOf(x.Feature) ?? 0 : 0)
            .ThenByDescending(x => sign * x.Value)
            .ThenBy(x => x.Feature, StringComparer.Ordinal)
            .ToList();
        FeatureBreach[] worst = [.. ordered.Where(x => x.Crossing.Breached).Select(x => new FeatureBreach(x.Feature, x.Value, x.Crossing.Limit))];
        var first = ordered[0];
        var text = worst.Length == 0
            ? $"{key} of {Prose.Number(judged.Count)} columns is within its limit in {Prose.Window(evaluation)}, the farthest {first.Feature} {Prose.Number(first.Value)} (limit {Prose.Number(first.Crossing.Limit)})"
            : $"{key} of {worst.Length} of {judged.Count} columns is beyond its limit in {Prose.Window(evaluation)}: {List(worst)}";
        return new()
        {
            Outcome = worst.Length == 0 ? RuleOutcome.Ok : RuleOutcome.Breach,
            Value = first.Value,
            Limit = first.Crossing.Limit,
            Reason = lacksChunks ? MetricStatus.NoReferenceChunks : null,
            Message = text + (lacksChunks ? MetricRules.Chunks : "."),
            Worst = worst,
        };
    }

    private static string List(FeatureBreach[] worst) =>
        string.Join(", ", worst.Take(Named).Select(x => $"{x.Feature} {Prose.Number(x.Value)} (limit {Prose.Number(x.Limit)})"))
        + (worst.Length > Named ? $" and {worst.Length - Named} more" : "");

    /// <summary>What data-quality findings are made of is not suppressed by them.</summary>
    private static bool IsQuality(string key) => key is "missing_ratio" or "infinite_ratio" or "unseen_ratio" or "out_of_range_ratio";
}
