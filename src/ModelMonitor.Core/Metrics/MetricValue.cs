namespace ModelMonitor.Core.Metrics;

/// <summary>A value with what is known of its accuracy, or the reason why there is none. Never NaN, never a made-up 0.</summary>
public readonly record struct MetricValue
{
    /// <summary>Null where undefined; then <see cref="Status"/> says why.</summary>
    public double? Value { get; private init; }

    /// <summary>One of <see cref="MetricStatus"/>; null where there is a value.</summary>
    public string? Status { get; private init; }

    /// <summary>Lower end of the 95 % interval; null where none is defined.</summary>
    public double? Lower { get; init; }

    public double? Upper { get; init; }

    /// <summary>How far an approximation may lie from the exact value; null where exactness is not in question.</summary>
    public double? ErrorBound { get; init; }

    /// <summary>Standard error, for comparisons; null where none is defined.</summary>
    public double? StandardError { get; init; }

    /// <summary>Standard error by the jackknife over the window's sub-periods; null where it has too few.</summary>
    public double? BlockError { get; init; }

    /// <summary>What decisions rest on: the larger of both standard errors, for rows of one day err together; null where none is defined.</summary>
    public double? DecisionError => StandardError is { } error ? Math.Max(error, BlockError ?? 0) : null;

    /// <summary>Rows it rests on; null where the surroundings say it (drift).</summary>
    public long? Rows { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">The value is not finite: an undefined value has a status.</exception>
    public static MetricValue Of(double value, long? rows = null) => double.IsFinite(value)
        ? new() { Value = value, Rows = rows }
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A metric's value is finite; an undefined one has a status.");

    public static MetricValue Undefined(string status, long? rows = null) => new() { Status = status, Rows = rows };
}

/// <summary>Why a value is undefined.</summary>
public static class MetricStatus
{
    public const string OneClassOnly = "one_class_only";
    public const string NoLabels = "no_labels";
    public const string NoRows = "no_rows";
    public const string NoValues = "no_values";
    public const string NoPositives = "no_positives";
    public const string NoPredictedPositives = "no_predicted_positives";
    public const string ConstantPrediction = "constant_prediction";
    public const string ConstantLabel = "constant_label";
    public const string ConstantReference = "constant_reference";
    public const string ZeroDenominator = "zero_denominator";
    public const string UndefinedOperand = "undefined_operand";
    public const string TooFewLabels = "too_few_labels";
    public const string LabelsImmature = "labels_immature";
    public const string NoReferenceChunks = "no_reference_chunks";
    public const string NoHoldout = "no_holdout";
    public const string CalibrationLost = "calibration_lost";
}
