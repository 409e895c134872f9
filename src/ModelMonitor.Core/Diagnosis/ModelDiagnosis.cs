using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>What lies behind the findings about a version.</summary>
public static class DiagnosisKind
{
    /// <summary>Nothing that a new version would mend.</summary>
    public const string Healthy = "healthy";

    /// <summary>Scores or inputs are broken: no drift, and nothing to train on.</summary>
    public const string Fault = "fault";

    /// <summary>It learned its training data by heart.</summary>
    public const string Variance = "variance";

    /// <summary>It cannot even describe its training data.</summary>
    public const string Bias = "bias";

    /// <summary>Both: it describes its training data badly, and other data worse.</summary>
    public const string BiasAndVariance = "bias_and_variance";

    /// <summary>Inputs moved, and performance fell with them.</summary>
    public const string CovariateShift = "covariate_shift";

    /// <summary>Performance fell and inputs did not move: what they mean has changed.</summary>
    public const string ConceptDrift = "concept_drift";

    /// <summary>Inputs moved, and performance did not fall, as far as labels tell.</summary>
    public const string InputsMoved = "inputs_moved";

    public static IReadOnlyList<string> All { get; } = [Healthy, Fault, Variance, Bias, BiasAndVariance, CovariateShift, ConceptDrift, InputsMoved];
}

/// <summary>The cause of a version's findings, with what it was concluded from.</summary>
/// <param name="Kind">One of <see cref="DiagnosisKind"/>.</param>
/// <param name="Metric">The primary metric, by which performance is judged.</param>
/// <param name="Confirmed">False: suspected only.</param>
/// <param name="Reason">One sentence with the numbers, for people.</param>
public sealed record ModelDiagnosis(string Kind, string Metric, bool Confirmed, string Reason)
{
    /// <summary>What it rests on, what decided first.</summary>
    public IReadOnlyList<DiagnosisEvidence> Evidence { get; init; } = [];

    /// <summary>The relative gap that decided, as a share of the limit on it; null where no gap did.</summary>
    public double? Severity { get; init; }

    /// <summary>Inputs that moved beyond their limit, what the model needs most first.</summary>
    public IReadOnlyList<string> MovedFeatures { get; init; } = [];

    /// <summary>Inputs that the model would not miss: their permutation importance is not above 0 by its interval.</summary>
    public IReadOnlyList<string> IdleFeatures { get; init; } = [];

    /// <summary>Moved inputs of which the model needs each too much to go without.</summary>
    public IReadOnlyList<string> NeededFeatures { get; init; } = [];
}

/// <summary>A number that a diagnosis rests on.</summary>
/// <param name="What">A metric's key, `gap`, or a kind of finding.</param>
/// <param name="On">`train`, `holdout`, `production`, or for a gap `train to holdout` …</param>
/// <param name="Window">The window it was computed over; null for facts about the version.</param>
/// <param name="Value">With its interval where it has one.</param>
/// <param name="Limit">What it was held against, if anything.</param>
public sealed record DiagnosisEvidence(string What, string On, string? Window, MetricValue Value, double? Limit)
{
    /// <summary>The column it speaks of, if any.</summary>
    public string? Feature { get; init; }
}
