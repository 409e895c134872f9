using ModelMonitor.Core;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>Which metrics are shown first, and how people call them.</summary>
internal static class MetricNames
{
    public static IReadOnlyList<string> First(TaskKind task, string primary)
    {
        string[] main = task switch
        {
            TaskKind.Binary => ["roc_auc", "f1", "log_loss", "brier"],
            TaskKind.Multiclass => ["roc_auc_ovr_macro", "f1_macro", "accuracy", "log_loss"],
            _ => ["r2", "rmse", "mae", "mean_error"],
        };
        return [.. main.Prepend(primary).Distinct()];
    }

    /// <summary>The key is what scripts and rules use, so it is never far.</summary>
    public static string Of(string metric) => metric switch
    {
        "roc_auc" => "ROC AUC",
        "roc_auc_ovr_macro" => "ROC AUC, one class against the rest",
        "ks" => "KS",
        "gini" => "Gini",
        "average_precision" => "Average precision",
        "precision" => "Precision",
        "recall" => "Recall",
        "f1" => "F1",
        "f1_macro" => "F1, mean over classes",
        "accuracy" => "Accuracy",
        "log_loss" => "Log loss",
        "brier" => "Brier score",
        "ece" => "Calibration error",
        "r2" => "R²",
        "rmse" => "RMSE",
        "mse" => "MSE",
        "mae" => "MAE",
        "mean_error" => "Mean error (bias)",
        "mcc" => "MCC",
        _ => Show.Sentence(metric),
    };
}
