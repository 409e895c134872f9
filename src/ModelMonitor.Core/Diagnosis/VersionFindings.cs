using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>Findings about a version, whatever production does.</summary>
internal static class VersionFindings
{
    /// <summary>The gap of a metric, train to hold-out; undefined where either lacks it, or it has no better direction.</summary>
    public static MetricValue GapOf(Baseline baseline, string metric)
    {
        var direction = MetricDirections.Of(metric);
        if (direction == MetricDirection.None
            || baseline.Holdout is null
            || !baseline.Train.Performance.TryGetValue(metric, out var train)
            || !baseline.Holdout.Performance.TryGetValue(metric, out var holdout))
            return MetricValue.Undefined(MetricStatus.UndefinedOperand);
        return Gaps.Of(direction, train, holdout);
    }

    public static void AddOverfitting(List<Finding> findings, MetricValue gap, Baseline baseline, FindingOptions options, string window)
    {
        var grade = GapJudgement.Of(gap, options.Drop);
        if (grade is not (GapGrade.Suspected or GapGrade.Confirmed) || LabelMaturity.OfReference(baseline) is not null) return;
        var message = $"{options.PrimaryMetric} of version {baseline.Version} is {Prose.Percent(gap.Value!.Value)} worse on the hold-out than on the training data, "
            + $"limit {Prose.Percent(options.Drop)} ({Certainty(gap)}): it is overfitted.";
        findings.Add(new(FindingKind.Overfitting, options.PrimaryMetric, window, gap.Value, options.Drop, message) { Confirmed = grade == GapGrade.Confirmed });
    }

    public static void AddUnderfitting(List<Finding> findings, Baseline baseline, FindingOptions options, string window)
    {
        var metric = options.PrimaryMetric;
        if (!options.Targets.TryGetValue(metric, out var target)
            || !baseline.Train.Performance.TryGetValue(metric, out var train)
            || train.Value is not { } value
            || !PrimaryMetric.Misses(metric, value, target))
            return;
        findings.Add(new(FindingKind.Underfitting, metric, window, value, target,
            $"{metric} of version {baseline.Version} is {Prose.Number(value)} on its own training data and misses the target {Prose.Number(target)}: it is underfitted."));
    }

    public static void AddGate(List<Finding> findings, Baseline baseline, FindingOptions options)
    {
        if (baseline.Holdout is not { } holdout) return;
        if (LabelMaturity.OfReference(baseline) is null)
            PerformanceFindings.AddDiscrimination(findings, holdout.Performance, baseline.Shape.Task, Findings.VersionWindow, $"the hold-out of version {baseline.Version}");
        // The baseline does not keep the bins of that PSI: the most there can be give the largest noise.
        var noise = PopulationStability.SignificanceLimit(PsiBins.Most(baseline.Shape.Score), baseline.Train.Rows, holdout.Rows, 1, 1);
        var limit = Math.Max(options.UnstableLimit, noise);
        if (baseline.ScorePsiTrainToHoldout is { } psi && psi > limit)
            findings.Add(new(FindingKind.UnstableScore, "score_psi", Findings.VersionWindow, psi, limit,
                $"The PSI of the scores of version {baseline.Version} from training data to hold-out is {Prose.Number(psi)}, limit {Prose.Number(limit)}."));
    }

    /// <summary>`above 6.1 % with 95 % confidence`.</summary>
    public static string Certainty(MetricValue gap) => GapJudgement.LowerBound(gap) is { } bound
        ? $"above {Prose.Percent(bound)} with 95 % confidence"
        : "of unknown certainty";
}
