using System.Text.Json.Serialization;

namespace ModelMonitor.Core.Rules;

/// <summary>What a rule says of one evaluation.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleOutcome>))]
public enum RuleOutcome
{
    /// <summary>Nothing can be said; changes nothing.</summary>
    Withheld,
    Ok,
    Breach,
}

/// <summary>A rule's judgement of one evaluation.</summary>
public sealed record RuleVerdict
{
    public required RuleOutcome Outcome { get; init; }

    /// <summary>What was compared: of several features the worst one's; null where withheld, and for findings that are absent.</summary>
    public double? Value { get; init; }

    /// <summary>What it was compared with; a PSI's is at least what noise can reach.</summary>
    public double? Limit { get; init; }

    /// <summary>Why nothing is said (<see cref="Metrics.MetricStatus"/>, <see cref="RuleReason"/>), or what the judgement lacks (`no_reference_chunks`).</summary>
    public string? Reason { get; init; }

    /// <summary>One sentence, for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>The features in breach, the worst first.</summary>
    public IReadOnlyList<FeatureBreach> Worst { get; init; } = [];
}

/// <summary>One feature of a breach.</summary>
public sealed record FeatureBreach(string Feature, double Value, double Limit);

/// <summary>Why a rule says nothing, beside the statuses of metrics.</summary>
public static class RuleReason
{
    /// <summary>Fewer rows than the rule's `min_rows`.</summary>
    public const string TooFewRows = "too_few_rows";

    /// <summary>The version has no baseline to compare with.</summary>
    public const string NoBaseline = "no_baseline";

    /// <summary>Every column under the rule has a data-quality finding.</summary>
    public const string DataQuality = "data_quality";

    /// <summary>The gap has no standard error, so it cannot be told from chance.</summary>
    public const string NoStandardError = "no_standard_error";

    /// <summary>The evaluation does not have the value.</summary>
    public const string NotEvaluated = "not_evaluated";
}

/// <summary>What a rule needs to know beside the evaluation.</summary>
/// <param name="PrimaryMetric">The model's primary metric: what gaps are judged on.</param>
/// <param name="LooksPerWindow">Evaluations per window length, at least 1.</param>
/// <param name="Drop">The relative gap that counts where a rule has no `drop`.</param>
public sealed record RuleContext(string PrimaryMetric, int LooksPerWindow = 1, double Drop = 0.05)
{
    /// <summary>This context for one of several slices that a rule judges: chance gets a look at each.</summary>
    public RuleContext ForSlices(int slices) => slices > 1 ? this with { LooksPerWindow = LooksPerWindow * slices } : this;
}
