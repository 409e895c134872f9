using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Realised performance of a binary model.</summary>
public static class BinaryPerformance
{
    /// <summary>The metrics' keys, in the order in which they are reported.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "roc_auc", "ks", "gini", "average_precision", "precision", "recall", "f1", "accuracy", "balanced_accuracy", "mcc", "log_loss", "brier", "ece", "lift_top_decile",
    ];

    /// <summary>All metrics by key; what is undefined says why.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Of(BinaryOutcomes outcomes, DistinctScores distinct, ScoreBins bins)
    {
        var ranking = Ranking.Of(outcomes, distinct);
        var rows = ranking.Rows;
        if (rows <= 0) return Keys.ToOrdered(_ => MetricValue.Undefined(MetricStatus.NoLabels, 0));
        var confusion = Confusion.Of(outcomes, bins);
        var values = new OrderedDictionary<string, MetricValue>();
        AddRanked(values, ranking);
        values["precision"] = confusion.Precision();
        values["recall"] = confusion.Recall();
        values["f1"] = confusion.F1();
        values["accuracy"] = confusion.Accuracy();
        values["balanced_accuracy"] = confusion.BalancedAccuracy();
        values["mcc"] = confusion.Mcc();
        values["log_loss"] = ProbabilityMetrics.LogLoss(outcomes);
        values["brier"] = ProbabilityMetrics.Brier(outcomes);
        values["ece"] = ProbabilityMetrics.Ece(outcomes);
        values["lift_top_decile"] = ranking.Positives == 0
            ? MetricValue.Undefined(MetricStatus.NoPositives, rows)
            : MetricValue.Of(RankedMetrics.LiftTopDecile(ranking), rows);
        return values;
    }

    private static void AddRanked(OrderedDictionary<string, MetricValue> values, Ranking ranking)
    {
        var rows = ranking.Rows;
        if (ranking.Positives == 0 || ranking.Negatives == 0)
        {
            foreach (var key in Keys.Take(4)) values[key] = MetricValue.Undefined(MetricStatus.OneClassOnly, rows);
            return;
        }

        var auc = RankedMetrics.RocAuc(ranking);
        var error = RankedMetrics.DeLongStandardError(ranking, auc);
        var (ks, ksBound) = RankedMetrics.KolmogorovSmirnov(ranking);
        values["roc_auc"] = Intervals.Symmetric(auc, error, rows, 0, 1) with { ErrorBound = RankedMetrics.RocAucErrorBound(ranking) };
        values["ks"] = MetricValue.Of(ks, rows) with { ErrorBound = ksBound };
        values["gini"] = MetricValue.Of((2 * auc) - 1, rows) with { StandardError = 2 * error };
        values["average_precision"] = MetricValue.Of(RankedMetrics.AveragePrecision(ranking), rows);
    }

    internal static OrderedDictionary<string, MetricValue> ToOrdered(this IEnumerable<string> keys, Func<string, MetricValue> value)
    {
        var values = new OrderedDictionary<string, MetricValue>();
        foreach (var key in keys) values[key] = value(key);
        return values;
    }
}
