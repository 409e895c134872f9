using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Realised performance of a multiclass model; scikit-learn's definitions.</summary>
public static class MulticlassPerformance
{
    /// <summary>The metrics' keys, in the order in which they are reported.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        ["roc_auc_ovr_macro", "f1_macro", "f1_micro", "f1_weighted", "precision_macro", "recall_macro", "accuracy", "log_loss"];

    /// <summary>Each class against the rest, in their order: what the means over the classes are taken of.</summary>
    public static IReadOnlyList<ClassPerformance> ByClass(MulticlassOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        var (labels, predictions, hits) = (outcomes.ClassRows(), new long[outcomes.Classes], new long[outcomes.Classes]);
        foreach (var (label, predicted, count) in outcomes.Confusion())
        {
            predictions[predicted] += count;
            if (label == predicted) hits[label] += count;
        }

        return [.. labels.Select((rows, k) => new ClassPerformance(k, rows, predictions[k], hits[k], Against(outcomes, k)))];
    }

    /// <summary>All metrics by key; what is undefined says why.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Of(MulticlassOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        var rows = outcomes.Rows;
        if (rows <= 0) return Keys.ToOrdered(_ => MetricValue.Undefined(MetricStatus.NoLabels, 0));
        var classes = ByClass(outcomes);
        // As scikit-learn: classes that neither a label nor a prediction has are left out.
        var present = classes.Where(c => c.Rows + c.Predicted > 0).ToArray();
        var accuracy = Intervals.Proportion(classes.Sum(c => c.Hits), rows, rows);
        return new OrderedDictionary<string, MetricValue>
        {
            ["roc_auc_ovr_macro"] = RocAuc(classes, rows),
            ["f1_macro"] = MetricValue.Of(present.Average(c => c.F1), rows),
            // With one label and one prediction a row, pooled F1 is accuracy.
            ["f1_micro"] = accuracy,
            ["f1_weighted"] = MetricValue.Of(present.Sum(c => c.Rows * c.F1) / rows, rows),
            ["precision_macro"] = MetricValue.Of(present.Average(c => c.Precision), rows),
            ["recall_macro"] = MetricValue.Of(present.Average(c => c.Recall), rows),
            ["accuracy"] = accuracy,
            ["log_loss"] = LogLoss(outcomes),
        };
    }

    /// <summary>
    /// Mean over the classes of the area of each against the rest, over classes that have rows and whose rest has rows; from the score
    /// bins, with the mean of their error bounds. SE: the mean of the classes' DeLong SEs, which the SE of a mean never exceeds.
    /// </summary>
    /// <remarks>Source: Provost &amp; Domingos (2000), with equal weights; DeLong et al. (1988).</remarks>
    private static MetricValue RocAuc(IReadOnlyList<ClassPerformance> classes, long rows)
    {
        var known = classes.Where(c => c.RocAuc.Value is not null).Select(c => c.RocAuc).ToArray();
        return known.Length == 0
            ? MetricValue.Undefined(MetricStatus.OneClassOnly, rows)
            : Intervals.Symmetric(known.Sum(a => a.Value!.Value) / known.Length, known.Any(a => a.StandardError is null) ? null : known.Sum(a => a.StandardError!.Value) / known.Length, rows, 0, 1) with
            {
                ErrorBound = known.Sum(a => a.ErrorBound!.Value) / known.Length,
            };
    }

    /// <summary>The area of a class against the rest, from the score bins.</summary>
    private static MetricValue Against(MulticlassOutcomes outcomes, int k)
    {
        var (own, rows) = (outcomes.RowsOf(k), outcomes.Rows);
        if (own == 0 || own == rows) return MetricValue.Undefined(MetricStatus.OneClassOnly, rows);
        var ranking = new Ranking(outcomes.Against(k), own, rows - own, Exact: false);
        var auc = RankedMetrics.RocAuc(ranking);
        return Intervals.Symmetric(auc, RankedMetrics.DeLongStandardError(ranking, auc), rows, 0, 1) with { ErrorBound = RankedMetrics.RocAucErrorBound(ranking) };
    }

    /// <summary>Mean of −ln p of the label's class, p clipped to [1e-15, 1 − 1e-15].</summary>
    private static MetricValue LogLoss(MulticlassOutcomes outcomes) => outcomes.NotProbabilities != 0
        ? MetricValue.Undefined(MetricStatus.UndefinedOperand, outcomes.Rows)
        : Intervals.Symmetric(outcomes.LogLoss.Value / outcomes.Rows, Intervals.OfMean(outcomes.LogLoss, outcomes.LogLossSquares, outcomes.Rows), outcomes.Rows, least: 0);
}
