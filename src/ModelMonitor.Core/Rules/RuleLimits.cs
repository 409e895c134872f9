using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Rules;

/// <summary>A value that a rule, or a target, holds a metric against: to be drawn beside it.</summary>
/// <param name="Name">The rule's; `target` for a target.</param>
/// <param name="IsLower">Below it is bad; else above it.</param>
public sealed record RuleLimit(string Name, double Value, bool IsLower);

/// <summary>Which configured limits apply to a metric. A PSI's may lie higher in a given window: never below what chance reaches there.</summary>
public static class RuleLimits
{
    /// <summary>Of the whole, for a metric's key as rules name it (`roc_auc`, `score_psi` …): rules with a fixed value, rules on decay, and the target.</summary>
    /// <param name="holdout">The metric's value on the hold-out, from which decay is counted; null: not known.</param>
    public static IReadOnlyList<RuleLimit> Of(string metric, IEnumerable<RuleDefinition> rules, IEnumerable<KeyValuePair<string, double>> targets, string primary, double? holdout)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(targets);
        var limits = new List<RuleLimit>();
        foreach (var rule in rules.Where(r => r.Segment is null && r.Feature is null))
        {
            if (rule.Metric == metric) limits.AddRange(Fixed(rule));
            if (rule.Finding == FindingKind.Decay && metric == primary && rule.Drop is { } drop && holdout is { } from && Gaps.ReachedAt(metric, from, drop) is { } reached)
                limits.Add(new(rule.Name, reached, MetricDirections.Of(metric) == MetricDirection.HigherIsBetter));
        }

        foreach (var target in targets.Where(t => t.Key == metric)) limits.Add(new("target", target.Value, MetricDirections.Of(metric) != MetricDirection.LowerIsBetter));
        return limits;
    }

    /// <summary>Of a column's drift metric (`psi` …).</summary>
    public static IReadOnlyList<RuleLimit> OfFeature(string metric, FeatureShape feature, IEnumerable<RuleDefinition> rules)
    {
        ArgumentNullException.ThrowIfNull(feature);
        ArgumentNullException.ThrowIfNull(rules);
        return [.. rules.Where(r => r.Segment is null && r.Metric == metric && r.Feature is not null && FeatureRules.IsUnder(r, feature.Name, feature.IsInput)).SelectMany(Fixed)];
    }

    private static IEnumerable<RuleLimit> Fixed(RuleDefinition rule)
    {
        if (rule.Above is { } above) yield return new(rule.Name, above, IsLower: false);
        if (rule.Below is { } below) yield return new(rule.Name, below, IsLower: true);
    }
}
