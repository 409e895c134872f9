using ModelMonitor.Core;

namespace ModelMonitor.Host.Configuration;

/// <summary>The metric keys and kinds of findings that a configuration may name.</summary>
internal static class MetricKeys
{
    public static readonly IReadOnlyList<string> Binary =
    [
        "roc_auc", "ks", "gini", "average_precision", "precision", "recall", "f1", "accuracy", "balanced_accuracy", "mcc", "log_loss", "brier",
        "ece", "lift_top_decile",
    ];

    public static readonly IReadOnlyList<string> Regression =
        ["mse", "rmse", "mae", "r2", "mean_error", "error_variance", "prediction_variance", "label_variance"];

    public static readonly IReadOnlyList<string> Multiclass = Core.Metrics.MulticlassPerformance.Keys;

    /// <summary>Of a declared ensemble, whatever the task.</summary>
    public static readonly IReadOnlyList<string> Ensemble = Core.Metrics.EnsemblePerformance.Keys;

    /// <summary>Performance metrics of every task that this version computes.</summary>
    public static readonly IReadOnlyList<string> Performance = [.. Binary, .. Multiclass.Except(Binary), .. Regression, .. Ensemble];

    /// <summary>Values of one feature; a rule on them says which with `feature`.</summary>
    public static readonly IReadOnlyList<string> Feature =
    [
        "psi", "psi_noise_floor", "js_distance", "ks_distance", "wasserstein_ratio", "hellinger", "missing_ratio", "infinite_ratio",
        "out_of_range_ratio", "unseen_ratio", "mean", "standard_deviation", "minimum", "maximum",
    ];

    /// <summary>Drift of the score and of the label.</summary>
    public static readonly IReadOnlyList<string> Whole = ["score_psi", "label_psi"];

    /// <summary>Performance of binary models, estimated without labels.</summary>
    public static readonly IReadOnlyList<string> Estimated = [.. Core.Metrics.EstimatedPerformance.Keys.Select(key => "estimated_" + key)];

    /// <summary>Everything a rule's `metric` may be.</summary>
    public static readonly IReadOnlyList<string> Rule = [.. Performance, .. Estimated, .. Whole, .. Feature];

    public static readonly IReadOnlyList<string> Findings = Core.Diagnosis.FindingKind.All;

    /// <summary>Findings that compare two values, so that a `drop` between them counts.</summary>
    public static readonly IReadOnlyList<string> Comparing = ["overfitting", "decay"];

    public static IReadOnlyList<string> Of(TaskKind task) => task switch { TaskKind.Regression => [.. Regression, .. Ensemble], TaskKind.Multiclass => Multiclass, _ => [.. Binary, .. Ensemble] };
}
