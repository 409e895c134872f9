using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>Compares two `evaluate` documents: performance to the bit, feature moments to 1e-12, everything else to the bit.</summary>
internal static class SameDigits
{
    private static readonly string[] Moments = ["mean", "standard_deviation"];

    public static void Check(JsonNode expected, JsonNode actual)
    {
        var differences = new List<string>();
        Compare("", expected, actual, differences);
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(20)));
    }

    private static void Compare(string path, JsonNode? expected, JsonNode? actual, List<string> differences)
    {
        switch (expected, actual)
        {
            case (JsonObject e, JsonObject a):
                foreach (var key in e.Select(p => p.Key).Union(a.Select(p => p.Key))) Compare($"{path}/{key}", e[key], a[key], differences);
                break;
            case (JsonArray e, JsonArray a) when e.Count == a.Count:
                for (var i = 0; i < e.Count; i++) Compare($"{path}/{i}", e[i], a[i], differences);
                break;
            default:
                var (left, right) = (expected?.ToJsonString(), actual?.ToJsonString());
                if (left == right) break;
                if (Moments.Any(m => path.EndsWith("/" + m, StringComparison.Ordinal)) && Close((double)expected!, (double)actual!)) break;
                differences.Add($"{path}: {left} / {right}");
                break;
        }
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) <= 1e-12 * Math.Max(1, Math.Abs(a));
}
