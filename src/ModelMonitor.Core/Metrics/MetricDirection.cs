namespace ModelMonitor.Core.Metrics;

/// <summary>Which way a metric is better.</summary>
public enum MetricDirection
{
    /// <summary>Neither: a description, such as a variance of labels.</summary>
    None,

    HigherIsBetter,

    LowerIsBetter,
}

public static class MetricDirections
{
    /// <summary>The direction of a performance metric by its key, with or without `estimated_`.</summary>
    public static MetricDirection Of(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        const string estimated = "estimated_";
        var key = metric.StartsWith(estimated, StringComparison.Ordinal) ? metric[estimated.Length..] : metric;
        return key switch
        {
            "roc_auc" or "ks" or "gini" or "average_precision" or "precision" or "recall" or "f1" or "accuracy" or "balanced_accuracy" or "mcc" or "lift_top_decile"
                or "roc_auc_ovr_macro" or "f1_macro" or "f1_micro" or "f1_weighted" or "precision_macro" or "recall_macro" or "r2" => MetricDirection.HigherIsBetter,
            "log_loss" or "brier" or "ece" or "mse" or "rmse" or "mae" or "error_variance"
                or "bias_squared" or "variance" or "variance_unbiased" or "member_mse" => MetricDirection.LowerIsBetter,
            _ => MetricDirection.None,
        };
    }
}
