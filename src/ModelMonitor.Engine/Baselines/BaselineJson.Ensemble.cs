using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Engine.Baselines;

/// <summary>The files of an ensemble's members, by their hashes; other baselines hold nothing of it.</summary>
public static partial class BaselineJson
{
    private static void AddEnsemble(JsonObject json, Baseline baseline)
    {
        if (baseline.Shape.Ensemble.Count > 0) json["ensemble"] = Inline(baseline.Shape.Ensemble.ToArray());
    }

    private static string[] ReadEnsemble(JsonObject json) => json["ensemble"]?.Deserialize<string[]>() ?? [];
}
