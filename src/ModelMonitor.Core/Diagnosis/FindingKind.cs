namespace ModelMonitor.Core.Diagnosis;

/// <summary>Kinds of findings that a diagnosis makes.</summary>
public static class FindingKind
{
    public const string Overfitting = "overfitting";
    public const string Underfitting = "underfitting";
    public const string Decay = "decay";
    public const string NoDiscrimination = "no_discrimination";
    public const string InvertedScores = "inverted_scores";
    public const string ConstantScore = "constant_score";
    public const string OneClass = "one_class";
    public const string LabelShift = "label_shift";
    public const string UnstableScore = "unstable_score";
    public const string UnstableFeature = "unstable_feature";
    public const string DataQuality = "data_quality";
    public const string TrainingServingSkew = "training_serving_skew";
    public const string SchemaChanged = "schema_changed";
    public const string UnknownVersion = "unknown_version";
    public const string CalibrationLost = "calibration_lost";

    /// <summary>Every kind that is made.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Overfitting, Underfitting, Decay, UnstableFeature, UnstableScore, NoDiscrimination, InvertedScores, ConstantScore, OneClass, LabelShift,
        DataQuality, TrainingServingSkew, SchemaChanged, UnknownVersion, CalibrationLost,
    ];

    /// <summary>Whether it is a fact about a version that no window of production changes.</summary>
    public static bool IsOfVersion(string? kind) => kind is Overfitting or Underfitting;

    /// <summary>Whether it rests on the labels of a window.</summary>
    public static bool RestsOnLabels(string? kind) => kind is Decay or NoDiscrimination or InvertedScores or OneClass or LabelShift or CalibrationLost;
}
