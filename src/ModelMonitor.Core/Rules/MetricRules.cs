using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Rules;

/// <summary>Rules on one value: performance, estimates, drift of scores and labels.</summary>
internal static class MetricRules
{
    public static RuleVerdict Judge(RuleDefinition rule, Evaluation evaluation, Baseline? baseline, RuleContext context)
    {
        var key = rule.Metric ?? throw new ArgumentException($"Rule {rule.Name} has neither a metric nor a finding.", nameof(rule));
        if (Find(evaluation, key) is not { } metric) return RuleEvaluator.Withheld(RuleReason.NotEvaluated);
        if (metric.Value is not { } value) return RuleEvaluator.Withheld(metric.Status ?? RuleReason.NotEvaluated);
        if (baseline is null && (rule.Beyond is not null || (IsPsi(key) && rule.Above is not null))) return RuleEvaluator.Withheld(RuleReason.NoBaseline);
        var chunks = ChunkLimits.Of(evaluation, baseline, RuleEvaluator.RangeOf(rule, evaluation))?.Of(key);
        if (rule.Beyond is not null && chunks is null) return RuleEvaluator.Withheld(MetricStatus.NoReferenceChunks);
        var noise = 0.0;
        if (IsPsi(key) && baseline is not null)
        {
            var known = chunks?.Largest ?? 0;
            noise = key == RuleEvaluator.LabelPsi
                ? PopulationStability.SignificanceLimit(PsiBins.OfLabel(evaluation), baseline.Labels.Rows, evaluation.PerformanceLabelled, 1, context.LooksPerWindow, known)
                : PopulationStability.SignificanceLimit(PsiBins.OfScore(evaluation, baseline), baseline.ReferenceRows, evaluation.Rows, 1, context.LooksPerWindow, known);
        }

        var crossing = rule.Beyond is { } times ? ChunkLimits.Beyond(times, key, value, chunks!, noise) : Crossing(rule, value, noise);
        var lacks = IsPsi(key) && chunks is null;
        var text = $"{key} is {Prose.Number(value)} in {Prose.Window(evaluation)}, {Side(rule, crossing)} {Prose.Number(crossing.Limit)}";
        return new()
        {
            Outcome = crossing.Breached ? RuleOutcome.Breach : RuleOutcome.Ok,
            Value = value,
            Limit = crossing.Limit,
            Reason = lacks ? MetricStatus.NoReferenceChunks : null,
            Message = text + (lacks ? Chunks : rule.Beyond is { } sd ? ChunkLimits.Text(sd, chunks!) : "."),
        };
    }

    /// <summary>The end of a message on PSI: the reference's own changes from chunk to chunk are not known.</summary>
    public const string Chunks = " (no_reference_chunks: how far the reference differs from itself over time is not known).";

    public static bool IsPsi(string key) => key is "psi" or "score_psi" or RuleEvaluator.LabelPsi;

    /// <summary>
    /// value &gt; max(above, noise), or value &lt; below. The limit is the one crossed, else the nearer of the two: above, where there is one.
    /// </summary>
    public static Crossing Crossing(RuleDefinition rule, double value, double noise)
    {
        if (rule.Above is null && rule.Below is null) throw new ArgumentException($"Rule {rule.Name} has neither `above` nor `below`.", nameof(rule));
        if (rule.Below is { } below && (value < below || rule.Above is null)) return new(value < below, true, below);
        var above = Math.Max(rule.Above!.Value, noise);
        return new(value > above, false, above);
    }

    private static string Side(RuleDefinition rule, Crossing crossing) => (crossing.Breached, crossing.IsLower) switch
    {
        (true, true) => "below",
        (true, false) => "above",
        (false, true) => "not below",
        (false, false) => rule.Below is { } below ? $"not below {Prose.Number(below)} and not above" : "not above",
    };

    private static MetricValue? Find(Evaluation evaluation, string key)
    {
        if (evaluation.Performance.TryGetValue(key, out var value)) return value;
        if (key.StartsWith(RuleEvaluator.EstimatedPrefix, StringComparison.Ordinal))
            return evaluation.Estimated.TryGetValue(key[RuleEvaluator.EstimatedPrefix.Length..], out value) ? value : null;
        if (key.StartsWith(RuleEvaluator.ScorePrefix, StringComparison.Ordinal))
            return evaluation.Drift.Score.TryGetValue(key[RuleEvaluator.ScorePrefix.Length..], out value) ? value : null;
        return key == RuleEvaluator.LabelPsi && evaluation.Drift.Label.TryGetValue("psi", out value) ? value : null;
    }
}

/// <summary>A value against a rule's limits.</summary>
internal readonly record struct Crossing(bool Breached, bool IsLower, double Limit);
