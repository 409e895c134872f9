using System.Text.Json.Serialization;

namespace ModelMonitor.Core.Rules;

/// <summary>What is remembered of a rule between evaluations. Times are ends of windows, microseconds of UTC since 1970.</summary>
/// <remarks>
/// Kept by (model, version, rule): a new version starts anew. A rule on a fact about a version (`overfitting`, `underfitting`)
/// therefore fires at most once per version.
/// </remarks>
public sealed record RuleState
{
    public static RuleState Initial { get; } = new();

    /// <summary>Windows in breach so far, without an Ok between them, their ends at least one window size apart.</summary>
    public int Count { get; init; }

    public bool Firing { get; init; }

    /// <summary>End of the window with which it began to fire; null while it does not.</summary>
    public long? Since { get; init; }

    /// <summary>End of the last window that was added to <see cref="Count"/>.</summary>
    public long? LastCountedEnd { get; init; }

    public long? LastBreachEnd { get; init; }

    /// <summary>End of the last window that was judged and not withheld.</summary>
    public long? LastEnd { get; init; }

    /// <summary>The last verdict that was not withheld.</summary>
    public RuleVerdict? LastVerdict { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<RuleChange>))]
public enum RuleChange
{
    Fired,
    Resolved,
}

/// <summary>A rule that begins or ceases to fire.</summary>
/// <param name="Range">The window that brought it about.</param>
public sealed record RuleTransition(RuleChange Change, string Rule, Evaluations.TimeRange Range, RuleVerdict Verdict)
{
    /// <summary>The slice it is about; empty = all rows.</summary>
    public string Segment { get; init; } = "";
}
