using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Engine.Baselines;

public static partial class BaselineJson
{
    /// <summary>As `baseline.json` and the API show it.</summary>
    public static JsonObject? Weights(ModelWeights? weights)
    {
        if (weights is null) return null;
        var tensors = new JsonObject();
        foreach (var tensor in weights.Tensors)
        {
            var entry = new JsonObject { ["elements"] = tensor.Elements };
            foreach (var (norm, value) in tensor.ByName) entry[norm] = value;
            tensors[tensor.Tensor] = entry;
        }

        return new JsonObject { ["tensors"] = tensors, ["left_out"] = JsonSerializer.SerializeToNode(weights.LeftOut) };
    }

    private static ModelWeights? ReadWeights(JsonObject? json) => json is null ? null : new ModelWeights(
        [.. json["tensors"]!.AsObject().Select(p => ReadNorms(p.Key, p.Value!))],
        json["left_out"]!.Deserialize<string[]>()!);

    private static WeightNorms ReadNorms(string tensor, JsonNode json) =>
        new(tensor, (long)json["elements"]!, (double)json["l1"]!, (double)json["frobenius"]!, (double)json["max"]!, (double)json["near_zero_share"]!);
}
