using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Tests.Cli;

/// <summary>Compares a report with the expected one; keys that only ours has are fine.</summary>
internal sealed class JsonComparison
{
    private const double Exact = 1e-9;

    /// <summary>Scores are float32, and differ in the last bits between builds of ONNX Runtime.</summary>
    private const double OfScores = 2e-6;

    private const double OfRegression = 1e-5;

    /// <summary>Binary metrics that only count rows on one side of the threshold.</summary>
    private static readonly HashSet<string> Counting = ["precision", "recall", "f1", "accuracy", "balanced_accuracy", "mcc"];

    private readonly List<string> _differences = [];
    private readonly bool _regression;

    private JsonComparison(bool regression) => _regression = regression;

    public static IReadOnlyList<string> Differences(JsonNode expected, JsonNode actual)
    {
        var comparison = new JsonComparison((string?)expected["task"] == "regression");
        comparison.Compare("", expected, actual, Exact, null);
        return comparison._differences;
    }

    private void Compare(string path, JsonNode? expected, JsonNode? actual, double tolerance, JsonObject? siblings)
    {
        switch (expected, actual)
        {
            case (JsonObject left, JsonObject right):
                foreach (var (key, value) in left)
                {
                    if (!right.ContainsKey(key)) _differences.Add($"{path}/{key}: absent, expected {Short(value)}");
                    else Compare($"{path}/{key}", value, right[key], Tolerance(path, key, tolerance, left), right);
                }

                break;
            case (JsonArray left, JsonArray right):
                if (left.Count != right.Count) _differences.Add($"{path}: {right.Count} entries, expected {left.Count}");
                for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
                    Compare($"{path}[{i}]", left[i], right[i], path.EndsWith("generalization_gap", StringComparison.Ordinal) ? OfMetric((string?)left[i]!["metric"]) : tolerance, null);
                break;
            case (JsonValue left, JsonValue right) when left.GetValueKind() == JsonValueKind.Number && right.GetValueKind() == JsonValueKind.Number:
                Number(path, left.GetValue<double>(), right.Deserialize<double>(), tolerance, siblings);
                break;
            default:
                if (!JsonNode.DeepEquals(expected, actual)) _differences.Add($"{path}: {Short(actual)}, expected {Short(expected)}");
                break;
        }
    }

    private double Tolerance(string path, string key, double inherited, JsonObject parent)
    {
        if (path.EndsWith("/performance", StringComparison.Ordinal) && parent[key] is JsonObject) return OfMetric(key);
        return key is "rows" or "labelled" ? 0 : inherited;
    }

    private double OfMetric(string? metric) => _regression ? OfRegression : Counting.Contains(metric ?? "") ? Exact : OfScores;

    private void Number(string path, double expected, double actual, double tolerance, JsonObject? siblings)
    {
        var allowed = tolerance * Math.Max(1, Math.Abs(expected));
        var key = path[(path.LastIndexOf('/') + 1)..];
        if (siblings?[key + "_error_bound"] is { } bound) allowed += (double)bound!;
        if (Math.Abs(expected - actual) > allowed) _differences.Add(FormattableString.Invariant($"{path}: {actual:R}, expected {expected:R}, off by {actual - expected:0.##e0}"));
    }

    private static string Short(JsonNode? node) => node?.ToJsonString() is not { } text ? "null" : text.Length > 80 ? text[..80] + "…" : text;
}
