using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Host.Export;

/// <summary>Label values that are known beforehand, so that their series start at 0 and `rate()` sees the first event.</summary>
internal static class KnownNames
{
    public static readonly string[] Streams = ["predictions", "labels"];

    public static readonly string[] RejectReasons =
        ["duplicate_id", "too_old", "in_future", "null_id", "null_label", "malformed", "conflict", "too_large", "overloaded", "expired_unlabelled"];

    public static readonly string[] LabelOutcomes = ["joined", "waiting", "duplicate", "corrected", "expired"];

    public const string SkippedByError = "error";

    /// <summary>Why a whole evaluation, or a value of it, was withheld.</summary>
    public static readonly string[] SkipReasons =
    [
        SkippedByError, "already_evaluated", "state_forgotten", "learning", MetricStatus.NoRows, MetricStatus.OneClassOnly, MetricStatus.NoLabels, MetricStatus.NoValues,
        MetricStatus.NoPositives, MetricStatus.NoPredictedPositives, MetricStatus.ConstantPrediction, MetricStatus.ConstantLabel,
        MetricStatus.ConstantReference, MetricStatus.ZeroDenominator, MetricStatus.UndefinedOperand, MetricStatus.TooFewLabels,
        MetricStatus.LabelsImmature, MetricStatus.NoReferenceChunks, MetricStatus.NoHoldout, MetricStatus.CalibrationLost,
    ];

    public static readonly string[] ActionOutcomes = ["queued", "delivered", "failed", "suppressed", "withheld"];

    public static readonly string[] PromotionOutcomes = ["promoted", "rolled_back", "refused"];

    /// <summary>Drift keys that only the JSON carries.</summary>
    public static readonly string[] JsonOnly = ["mean", "standard_deviation", "minimum", "maximum"];

    /// <summary>What every exported feature shows unless told otherwise.</summary>
    public static readonly string[] FeatureKeys = ["psi", "psi_noise_floor", "missing_ratio", "unseen_ratio"];

    /// <summary>Drift keys that are approximations and carry their error bound.</summary>
    public static readonly string[] WithErrorBound = ["ks_distance", "wasserstein_ratio"];
}
