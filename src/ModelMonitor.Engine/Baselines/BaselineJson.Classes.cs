using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Engine.Baselines;

/// <summary>A multiclass model's classes in order, and its labels per class; other baselines hold nothing of it.</summary>
public static partial class BaselineJson
{
    private static void AddClasses(JsonObject json, Baseline baseline)
    {
        if (baseline.Shape.Classes.Count == 0) return;
        json["classes"] = Inline(baseline.Shape.Classes.ToArray());
        AddClassRows(json["labels"]!.AsObject(), baseline.Labels);
    }

    private static void AddClassRows(JsonObject labels, LabelReference reference)
    {
        if (reference.Classes.Count > 0) labels["classes"] = Inline(reference.Classes.ToArray());
    }

    private static string[] ReadClasses(JsonObject json) => json["classes"]?.Deserialize<string[]>() ?? [];

    private static long[] ReadClassRows(JsonNode labels) => labels["classes"]?.Deserialize<long[]>() ?? [];
}
