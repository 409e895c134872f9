using System.Text.Json.Nodes;
using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Engine.Baselines;

public static partial class BaselineJson
{
    /// <summary>As `baseline.json` and the API show it.</summary>
    public static JsonObject? Importance(PermutationImportance? importance)
    {
        if (importance is null) return null;
        var features = new JsonObject();
        foreach (var (feature, drop, deviation) in importance.Features) features[feature] = new JsonObject { ["drop"] = drop, ["standard_deviation"] = deviation };
        return new JsonObject
        {
            ["metric"] = importance.Metric,
            ["value"] = importance.Value,
            ["rows"] = importance.Rows,
            ["repeats"] = importance.Repeats,
            ["features"] = features,
        };
    }

    private static PermutationImportance? ReadImportance(JsonObject? json) => json is null ? null : new PermutationImportance(
        Text(json, "metric"),
        (double)json["value"]!,
        (long)json["rows"]!,
        (int)json["repeats"]!,
        [.. json["features"]!.AsObject().Select(p => new FeatureImportance(p.Key, (double)p.Value!["drop"]!, (double)p.Value!["standard_deviation"]!))]);
}
