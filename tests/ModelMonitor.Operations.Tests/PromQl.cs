using System.Text.RegularExpressions;

namespace ModelMonitor.Operations.Tests;

/// <summary>What can be told of a PromQL expression by its text.</summary>
internal static partial class PromQl
{
    /// <summary>The exporter's metrics that it names. Recorded series are not among them: their names begin with what they are of.</summary>
    public static IReadOnlyList<string> MetricsOf(string expression) => [.. Metric().Matches(expression).Select(m => m.Value).Distinct()];

    /// <summary>The recorded series that it names.</summary>
    public static IReadOnlyList<string> RecordedOf(string expression) => [.. Recorded().Matches(expression).Select(m => m.Value).Distinct()];

    [GeneratedRegex("(?<![:\\w])modelmonitor_[a-z0-9_]+(?![:\\w])")]
    private static partial Regex Metric();

    [GeneratedRegex("\\b[a-z]+:modelmonitor_\\w+:\\w+")]
    private static partial Regex Recorded();
}
