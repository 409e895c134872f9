using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Rules;

/// <summary>Judges an evaluation by a rule. Pure.</summary>
public static class RuleEvaluator
{
    internal const string EstimatedPrefix = "estimated_";
    internal const string ScorePrefix = "score_";
    internal const string LabelPsi = "label_psi";

    /// <summary>The rule's verdict; what cannot be judged is withheld with the reason.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="evaluation">With its <see cref="Evaluation.Findings"/> made: they suppress drift of faulty columns.</param>
    /// <param name="baseline">That of the evaluation's version; null where it has none, which leaves rules on plain values.</param>
    /// <param name="context">What else counts.</param>
    public static RuleVerdict Judge(RuleDefinition rule, Evaluation evaluation, Baseline? baseline, RuleContext context)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(context);
        if (!FindingKind.IsOfVersion(rule.Finding) && NotReady(rule, evaluation) is { } reason) return Withheld(reason);
        return rule switch
        {
            { Finding: FindingKind.Overfitting or FindingKind.Decay } => FindingRules.JudgeGap(rule, evaluation, baseline, context),
            { Finding: not null } => FindingRules.Judge(rule, evaluation, baseline),
            { Feature: not null } => FeatureRules.Judge(rule, evaluation, baseline, context),
            _ => MetricRules.Judge(rule, evaluation, baseline, context),
        };
    }

    /// <summary>The stretch of time that the rule's verdict is about: where labels are due, for what rests on labels, else the newest.</summary>
    public static TimeRange RangeOf(RuleDefinition rule, Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(evaluation);
        return RestsOnLabels(rule) ? evaluation.PerformanceRange : evaluation.Range;
    }

    internal static RuleVerdict Withheld(string reason) => new() { Outcome = RuleOutcome.Withheld, Reason = reason, Message = $"Nothing can be said: {reason}." };

    /// <summary>Whether realised labels are what the rule looks at. Drift of features and scores and estimates need none.</summary>
    private static bool RestsOnLabels(RuleDefinition rule)
    {
        if (rule.Finding is not null) return FindingKind.RestsOnLabels(rule.Finding);
        return rule is { Feature: null, Metric: { } metric }
            && !metric.StartsWith(EstimatedPrefix, StringComparison.Ordinal)
            && !metric.StartsWith(ScorePrefix, StringComparison.Ordinal);
    }

    private static string? NotReady(RuleDefinition rule, Evaluation evaluation)
    {
        if (!RestsOnLabels(rule))
        {
            if (evaluation.Rows == 0) return MetricStatus.NoRows;
            return evaluation.Rows < rule.MinRows ? RuleReason.TooFewRows : null;
        }

        // A window that lacks a class is immature only for what compares classes.
        var immature = rule.Finding is FindingKind.OneClass or FindingKind.LabelShift || rule.Metric == LabelPsi
            ? LabelMaturity.OfClasses(evaluation, rule.MinLabelShare)
            : LabelMaturity.Of(evaluation, rule.MinLabelShare);
        return immature ?? (evaluation.PerformanceLabelled < rule.MinRows ? RuleReason.TooFewRows : null);
    }
}
