using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>Whether the labels of a window can carry a decision.</summary>
public static class LabelMaturity
{
    /// <summary>Labelled rows of each class that a classifier's performance needs.</summary>
    public const long LeastPerClass = 30;

    /// <summary>Share of the rows that a label is expected of which have it, unless told otherwise.</summary>
    public const double UsualShare = 0.8;

    /// <summary>Labelled rows that a regression's performance needs.</summary>
    public const long LeastForRegression = 100;

    /// <summary>
    /// Null where performance may be judged; else the status that says why not: `no_rows`, `labels_immature` (labelled/expected below
    /// <paramref name="minShare"/>: early labels differ from late ones), `too_few_labels` (fewer than 30 rows of a class, 100 for regression).
    /// </summary>
    public static string? Of(Evaluation evaluation, double minShare) => OfShare(evaluation, minShare) ?? (evaluation.Task switch
    {
        TaskKind.Regression => evaluation.PerformanceLabelled >= LeastForRegression,
        TaskKind.Multiclass => evaluation.LabelledRarestClass >= LeastPerClass,
        _ => Math.Min(evaluation.LabelledPositives, evaluation.PerformanceLabelled - evaluation.LabelledPositives) >= LeastPerClass,
    } ? null : MetricStatus.TooFewLabels);

    /// <summary>The same where the classes themselves are in question: 30 labelled rows of whatever class.</summary>
    public static string? OfClasses(Evaluation evaluation, double minShare) =>
        OfShare(evaluation, minShare) ?? (evaluation.PerformanceLabelled >= LeastPerClass ? null : MetricStatus.TooFewLabels);

    /// <summary>The same for the drift reference, whose rows all have their label.</summary>
    public static string? OfReference(Baseline baseline)
    {
        var (_, positives, negatives) = baseline.Labels;
        var rows = (baseline.Holdout ?? baseline.Train).Rows;
        var enough = baseline.Shape.Task switch
        {
            TaskKind.Binary => Math.Min(positives, negatives) >= LeastPerClass,
            TaskKind.Multiclass => baseline.Labels.Classes.Count > 0 && baseline.Labels.Classes.Min() >= LeastPerClass,
            _ => rows >= LeastForRegression,
        };
        return enough ? null : MetricStatus.TooFewLabels;
    }

    private static string? OfShare(Evaluation evaluation, double minShare)
    {
        if (evaluation.PerformanceRows == 0) return MetricStatus.NoRows;
        return (double)evaluation.PerformanceLabelled / Math.Max(1, evaluation.PerformanceExpected) < minShare ? MetricStatus.LabelsImmature : null;
    }
}
