using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>When the errors of a window's sub-periods can change a decision; else they are not worth reading the window again.</summary>
/// <remarks>
/// They only widen: what is not found by the error of independent rows is not found by a larger one either. The one exception is an AUC
/// whose interval ends below 0.6, which may come to contain 0.5.
/// </remarks>
public static class SubPeriods
{
    /// <param name="evaluation">Without them; its findings are not read.</param>
    public static bool Matter(Evaluation evaluation, FindingOptions options)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(options);
        // Rules may ask for a smaller share of labels than findings do.
        if (LabelMaturity.Of(evaluation, minShare: 0) is not null) return false;
        if (PerformanceFindings.DecayGap(evaluation, options.PrimaryMetric) is { } gap && GapJudgement.LowerBound(gap.Value) > 0) return true;
        if (evaluation.Performance.TryGetValue(PrimaryMetric.AucOf(evaluation.Task), out var auc) && auc.Upper < PerformanceFindings.Discriminates) return true;
        return CalibrationLoss.IsLost(evaluation, options);
    }

    /// <summary>The evaluation with its decisions resting on them; to be judged afterwards.</summary>
    public static Evaluation Apply(Evaluation evaluation, BlockErrors errors, Func<IReadOnlyDictionary<string, MetricValue>, IReadOnlyList<GeneralizationGap>> gaps)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(errors);
        ArgumentNullException.ThrowIfNull(gaps);
        if (errors.Performance.Count == 0) return evaluation;
        var performance = BlockErrors.Apply(evaluation.Performance, errors.Performance);
        return evaluation with { Performance = performance, EstimatedErrors = BlockErrors.Apply(evaluation.EstimatedErrors, errors.Estimates), Gaps = gaps(performance) };
    }
}
