using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>Findings that rest on the labels of a window.</summary>
internal static class PerformanceFindings
{
    /// <summary>An AUC whose interval reaches this high is not known to be worthless.</summary>
    public const double Discriminates = 0.6;
    private const double LabelShiftErrors = 6;
    private const double LabelShiftRelative = 0.2;

    /// <summary>ln of the chance below which a class that stays away is no coincidence.</summary>
    private static readonly double LogOfChance = Math.Log(0.001);

    public static void Add(List<Finding> findings, Evaluation evaluation, Baseline baseline, FindingOptions options)
    {
        if (evaluation.Task == TaskKind.Binary && LabelMaturity.OfClasses(evaluation, options.MinLabelShare) is null)
        {
            AddOneClass(findings, evaluation, baseline.Labels);
            AddLabelShift(findings, evaluation, baseline.Labels);
        }

        if (LabelMaturity.Of(evaluation, options.MinLabelShare) is not null) return;
        AddDiscrimination(findings, evaluation.Performance, evaluation.Task, evaluation.Window, Prose.Window(evaluation));
        AddDecay(findings, evaluation, baseline, options);
        CalibrationLoss.Add(findings, evaluation, options);
    }

    /// <summary>No discrimination: the AUC's interval contains 0.5 and ends below 0.6. Inverted: it ends below 0.5.</summary>
    public static void AddDiscrimination(List<Finding> findings, IReadOnlyDictionary<string, MetricValue> performance, TaskKind task, string window, string where)
    {
        var metric = PrimaryMetric.AucOf(task);
        if (!performance.TryGetValue(metric, out var auc) || auc is not { Value: { } value, Lower: { } lower, Upper: { } upper }) return;
        if (auc.BlockError > auc.StandardError && Intervals.Symmetric(value, auc.BlockError, null, 0, 1) is { Lower: { } below, Upper: { } above }) (lower, upper) = (below, above);
        var interval = $"{metric} over {where} is {Prose.Number(value)} (95 % interval {Prose.Number(lower)} to {Prose.Number(upper)})";
        if (upper < 0.5)
            findings.Add(new(FindingKind.InvertedScores, metric, window, value, 0.5, $"{interval}, all of it below 0.5: the scores are upside down."));
        else if (lower <= 0.5 && upper < Discriminates)
            findings.Add(new(FindingKind.NoDiscrimination, metric, window, value, 0.5, $"{interval}, no better than chance."));
    }

    /// <summary>The gap to production that decay is judged by: from the hold-out; a gap from the training data is shown, never alarmed.</summary>
    public static GeneralizationGap? DecayGap(Evaluation evaluation, string metric) => Findings.GapIn(evaluation, metric, "holdout", "production");

    private static void AddDecay(List<Finding> findings, Evaluation evaluation, Baseline baseline, FindingOptions options)
    {
        if (DecayGap(evaluation, options.PrimaryMetric) is not { } gap) return;
        var grade = GapJudgement.Of(gap.Value, options.Drop);
        if (grade is not (GapGrade.Suspected or GapGrade.Confirmed)) return;
        var message = $"{gap.Metric} is {Prose.Percent(gap.Value.Value!.Value)} worse in {Prose.Window(evaluation)} than on the hold-out, "
            + $"limit {Prose.Percent(options.Drop)} ({VersionFindings.Certainty(gap.Value)}).";
        findings.Add(new(FindingKind.Decay, gap.Metric, evaluation.Window, gap.Value.Value, options.Drop, message) { Confirmed = grade == GapGrade.Confirmed });
    }

    /// <summary>One class is absent from n labels although (1−r)^n &lt; 0.001 for its share r of the reference (absent there too: no excuse).</summary>
    private static void AddOneClass(List<Finding> findings, Evaluation evaluation, LabelReference reference)
    {
        var (rows, positives) = (evaluation.PerformanceLabelled, evaluation.LabelledPositives);
        if (positives != 0 && positives != rows) return;
        var absent = positives == 0 ? reference.Positives : reference.Negatives;
        var share = reference.Rows == 0 ? 0 : (double)absent / reference.Rows;
        if (share > 0 && rows * Math.Log(1 - share) >= LogOfChance) return;
        findings.Add(new(FindingKind.OneClass, null, evaluation.Window, positives == 0 ? 0 : 1, share,
            $"All {Prose.Number(rows)} labels of {Prose.Window(evaluation)} are {(positives == 0 ? "negative" : "positive")}; "
            + $"{Prose.Percent(share)} of the reference's are {(positives == 0 ? "positive" : "negative")}."));
    }

    /// <summary>|p − r| &gt; 6·√(p̄(1−p̄)(1/N + 1/M)), p̄ the pooled rate, and |p − r| &gt; 0.2·r.</summary>
    private static void AddLabelShift(List<Finding> findings, Evaluation evaluation, LabelReference reference)
    {
        if (reference.Rows == 0) return;
        double rows = evaluation.PerformanceLabelled, positives = evaluation.LabelledPositives;
        var (rate, expected) = (positives / rows, (double)reference.Positives / reference.Rows);
        var pooled = (positives + reference.Positives) / (rows + reference.Rows);
        var error = Math.Sqrt(pooled * (1 - pooled) * ((1 / rows) + (1.0 / reference.Rows)));
        var limit = Math.Max(LabelShiftErrors * error, LabelShiftRelative * expected);
        if (Math.Abs(rate - expected) <= limit) return;
        findings.Add(new(FindingKind.LabelShift, null, evaluation.Window, rate, expected + (rate > expected ? limit : -limit),
            $"{Prose.Percent(rate)} of the labels of {Prose.Window(evaluation)} are positive, {Prose.Percent(expected)} of the reference's, more than {Prose.Percent(limit)} apart."));
    }
}
