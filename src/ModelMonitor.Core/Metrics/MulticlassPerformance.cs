using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Realised performance of a multiclass model; scikit-learn's definitions.</summary>
public static class MulticlassPerformance
{
    /// <summary>The metrics' keys, in the order in which they are reported.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        ["roc_auc_ovr_macro", "f1_macro", "f1_micro", "f1_weighted", "precision_macro", "recall_macro", "accuracy", "log_loss"];

    /// <summary>All metrics by key; what is undefined says why.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Of(MulticlassOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        var rows = outcomes.Rows;
        if (rows <= 0) return Keys.ToOrdered(_ => MetricValue.Undefined(MetricStatus.NoLabels, 0));
        var (labels, predictions, hits) = (outcomes.ClassRows(), new long[outcomes.Classes], new long[outcomes.Classes]);
        foreach (var (label, predicted, count) in outcomes.Confusion())
        {
            predictions[predicted] += count;
            if (label == predicted) hits[label] += count;
        }

        // As scikit-learn: classes that neither a label nor a prediction has are left out, and a share of nothing is 0.
        var present = Enumerable.Range(0, outcomes.Classes).Where(k => labels[k] + predictions[k] > 0).ToArray();
        double Precision(int k) => predictions[k] == 0 ? 0 : (double)hits[k] / predictions[k];
        double Recall(int k) => labels[k] == 0 ? 0 : (double)hits[k] / labels[k];
        double F1(int k) => 2.0 * hits[k] / (labels[k] + predictions[k]);
        var accuracy = Intervals.Proportion(hits.Sum(), rows, rows);
        return new OrderedDictionary<string, MetricValue>
        {
            ["roc_auc_ovr_macro"] = RocAuc(outcomes),
            ["f1_macro"] = MetricValue.Of(present.Average(F1), rows),
            // With one label and one prediction a row, pooled F1 is accuracy.
            ["f1_micro"] = accuracy,
            ["f1_weighted"] = MetricValue.Of(present.Sum(k => labels[k] * F1(k)) / rows, rows),
            ["precision_macro"] = MetricValue.Of(present.Average(Precision), rows),
            ["recall_macro"] = MetricValue.Of(present.Average(Recall), rows),
            ["accuracy"] = accuracy,
            ["log_loss"] = LogLoss(outcomes),
        };
    }

    /// <summary>
    /// Mean over the classes of the area of each against the rest, over classes that have rows and whose rest has rows; from the score
    /// bins, with the mean of their error bounds. SE: the mean of the classes' DeLong SEs, which the SE of a mean never exceeds.
    /// </summary>
    /// <remarks>Source: Provost &amp; Domingos (2000), with equal weights; DeLong et al. (1988).</remarks>
    private static MetricValue RocAuc(MulticlassOutcomes outcomes)
    {
        var (rows, known) = (outcomes.Rows, 0);
        var (area, bound) = (0.0, 0.0);
        double? error = 0;
        for (var k = 0; k < outcomes.Classes; k++)
        {
            var own = outcomes.RowsOf(k);
            if (own == 0 || own == rows) continue;
            var ranking = new Ranking(outcomes.Against(k), own, rows - own, Exact: false);
            var auc = RankedMetrics.RocAuc(ranking);
            area += auc;
            bound += RankedMetrics.RocAucErrorBound(ranking);
            error += RankedMetrics.DeLongStandardError(ranking, auc);
            known++;
        }

        return known == 0
            ? MetricValue.Undefined(MetricStatus.OneClassOnly, rows)
            : Intervals.Symmetric(area / known, error / known, rows, 0, 1) with { ErrorBound = bound / known };
    }

    /// <summary>Mean of −ln p of the label's class, p clipped to [1e-15, 1 − 1e-15].</summary>
    private static MetricValue LogLoss(MulticlassOutcomes outcomes) => outcomes.NotProbabilities != 0
        ? MetricValue.Undefined(MetricStatus.UndefinedOperand, outcomes.Rows)
        : Intervals.Symmetric(outcomes.LogLoss.Value / outcomes.Rows, Intervals.OfMean(outcomes.LogLoss, outcomes.LogLossSquares, outcomes.Rows), outcomes.Rows, least: 0);
}
