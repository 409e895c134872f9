namespace ModelMonitor.Host.Export;

/// <summary>Label values that are known beforehand, so that their series start at 0 and `rate()` sees the first event.</summary>
internal static class KnownNames
{
    public static readonly string[] Streams = ["predictions", "labels"];

    public static readonly string[] RejectReasons =
        ["duplicate_id", "too_old", "in_future", "null_id", "null_label", "malformed", "overloaded"];

    public static readonly string[] LabelOutcomes = ["joined", "waiting", "duplicate", "corrected", "expired"];

    public static readonly string[] SkipReasons = ["no_rows", "no_baseline", "already_evaluated", "failed"];

    public static readonly string[] ActionOutcomes = ["queued", "delivered", "failed", "suppressed"];

    public static readonly string[] FindingKinds =
    [
        "overfitting", "underfitting", "decay", "unstable_feature", "unstable_score", "no_discrimination", "inverted_scores",
        "constant_score", "one_class", "label_shift", "data_quality", "training_serving_skew", "schema_changed", "unknown_version",
        "calibration_lost",
    ];

    /// <summary>Drift keys that only the JSON carries.</summary>
    public static readonly string[] JsonOnly = ["mean", "standard_deviation", "minimum", "maximum"];

    /// <summary>What every exported feature shows unless told otherwise.</summary>
    public static readonly string[] FeatureKeys = ["psi", "psi_noise_floor", "missing_ratio", "unseen_ratio"];

    /// <summary>Drift keys that are approximations and carry their error bound.</summary>
    public static readonly string[] WithErrorBound = ["ks_distance", "wasserstein_ratio"];
}
