using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Core.Rules;

/// <summary>Rules on findings: in breach where a finding of the kind is confirmed.</summary>
internal static class FindingRules
{
    /// <summary>Kinds without a drop of the rule's own.</summary>
    public static RuleVerdict Judge(RuleDefinition rule, Evaluation evaluation, Baseline? baseline)
    {
        var kind = rule.Finding!;
        var found = evaluation.Findings.Where(finding => finding.Kind == kind && IsUnder(rule, finding, baseline)).ToList();
        var confirmed = found.Where(finding => finding.Confirmed).ToList();
        if (confirmed.Count == 0)
        {
            var message = found.Count == 0 ? $"No finding {kind} in {Prose.Window(evaluation)}." : $"Suspected only: {found[0].Message}";
            return new() { Outcome = RuleOutcome.Ok, Value = found.FirstOrDefault()?.Value, Limit = found.FirstOrDefault()?.Limit, Message = message };
        }

        var first = confirmed[0];
        return new()
        {
            Outcome = RuleOutcome.Breach,
            Value = first.Value,
            Limit = first.Limit,
            Message = confirmed.Count == 1 ? first.Message : $"{first.Message} And {confirmed.Count - 1} more.",
            Worst = [.. confirmed.Where(x => x is { Feature: not null, Value: not null }).Select(x => new FeatureBreach(x.Feature!, x.Value!.Value, x.Limit ?? 0))
                .OrderByDescending(x => x.Value).ThenBy(x => x.Feature, StringComparer.Ordinal)],
        };
    }

    /// <summary>Overfitting and decay: the gap of the primary metric against the rule's own drop.</summary>
    public static RuleVerdict JudgeGap(RuleDefinition rule, Evaluation evaluation, Baseline? baseline, RuleContext context)
    {
        var isDecay = rule.Finding == FindingKind.Decay;
        if (!isDecay && baseline is not null && LabelMaturity.OfReference(baseline) is { } immature) return RuleEvaluator.Withheld(immature);
        var gap = isDecay
            ? PerformanceFindings.DecayGap(evaluation, context.PrimaryMetric)
            : Findings.GapIn(evaluation, context.PrimaryMetric, "train", "holdout");
        if (gap is null) return RuleEvaluator.Withheld(RuleReason.NotEvaluated);
        if (gap.Value.Value is not { } value) return RuleEvaluator.Withheld(gap.Value.Status ?? RuleReason.NotEvaluated);
        var drop = rule.Drop ?? context.Drop;
        var grade = GapJudgement.Of(gap.Value, drop);
        if (grade == GapGrade.Unknown) return RuleEvaluator.Withheld(RuleReason.NoStandardError);
        var place = isDecay ? Prose.Window(evaluation) : $"the hold-out of version {evaluation.Version}";
        return new()
        {
            Outcome = grade == GapGrade.Confirmed ? RuleOutcome.Breach : RuleOutcome.Ok,
            Value = value,
            Limit = drop,
            Message = $"{gap.Metric} changes for the worse by {Prose.Percent(value)} from {gap.From} to {place}, limit {Prose.Percent(drop)} ({VersionFindings.Certainty(gap.Value)}): "
                + $"{rule.Finding} {(grade == GapGrade.None ? "not found" : grade == GapGrade.Suspected ? "suspected only" : "confirmed")}.",
        };
    }

    /// <summary>A rule without `feature` means every one.</summary>
    private static bool IsUnder(RuleDefinition rule, Finding finding, Baseline? baseline)
    {
        if (finding.Feature is not { } feature) return true;
        var isInput = baseline?.Shape.Features.FirstOrDefault(shape => shape.Name == feature)?.IsInput ?? false;
        return FeatureRules.IsUnder(rule.Feature is null ? rule with { Feature = "*" } : rule, feature, isInput);
    }
}
