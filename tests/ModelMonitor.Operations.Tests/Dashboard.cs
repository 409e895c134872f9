using System.Text.Json.Nodes;

namespace ModelMonitor.Operations.Tests;

/// <summary>A dashboard as Grafana reads it.</summary>
internal sealed record Dashboard(string File, JsonNode Json)
{
    public static IReadOnlyList<Dashboard> All { get; } =
        [.. Directory.GetFiles(Path.Combine(Files.Dashboards, "grafana"), "*.json").Order(StringComparer.Ordinal).Select(file => new Dashboard(Path.GetFileName(file), JsonNode.Parse(System.IO.File.ReadAllText(file))!))];

    /// <summary>Panels that show something; rows are headings.</summary>
    public IReadOnlyList<JsonNode> Panels => [.. Json["panels"]!.AsArray().Where(panel => (string?)panel!["type"] != "row")!];

    public IReadOnlyList<string> Expressions => [.. Panels.SelectMany(panel => panel["targets"]!.AsArray()).Select(target => (string)target!["expr"]!)];

    public IReadOnlyList<string> Annotations => [.. Json["annotations"]!["list"]!.AsArray().Select(annotation => (string)annotation!["expr"]!)];

    public IReadOnlyList<JsonNode> Variables => [.. Json["templating"]!["list"]!.AsArray()!];

    /// <summary>The queries of its variables: `label_values(series, label)`.</summary>
    public IReadOnlyList<string> VariableQueries => [.. Variables.Where(v => (string?)v["type"] == "query").Select(v => (string)v["query"]!["query"]!)];

    /// <summary>As Grafana would send it, with everything chosen; of segments the whole.</summary>
    public static string Filled(string expression) => expression
        .Replace("$__rate_interval", "30s", StringComparison.Ordinal).Replace("$__interval", "5s", StringComparison.Ordinal).Replace("$__range", "5m", StringComparison.Ordinal)
        .Replace("$segment", "^$", StringComparison.Ordinal).Replace("$model", ".*", StringComparison.Ordinal).Replace("$version", ".*", StringComparison.Ordinal)
        .Replace("$window", ".*", StringComparison.Ordinal).Replace("$state", ".*", StringComparison.Ordinal);
}
