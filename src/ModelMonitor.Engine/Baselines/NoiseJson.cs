using System.Globalization;
using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Engine.Baselines;

/// <summary>`noise` of baseline.json: per chunk length, such as `1d`, what the reference's chunks say.</summary>
internal static class NoiseJson
{
    private static readonly (string Unit, long Length)[] s_units = [("d", Instant.Day), ("h", Instant.Hour), ("m", 60 * Instant.Second), ("s", Instant.Second), ("us", 1)];

    /// <summary>Null where there is none.</summary>
    public static JsonObject? Write(ReferenceNoise noise)
    {
        if (noise.Lengths.Count == 0) return null;
        var json = new JsonObject();
        foreach (var length in noise.Lengths)
        {
            json[Text(length.Length)] = new JsonObject
            {
                ["chunks"] = length.Chunks,
                ["score_psi"] = Value(length.ScorePsi),
                ["label_psi"] = Value(length.LabelPsi),
                ["psi"] = Values(length.FeaturePsi),
                ["performance"] = Values(length.Performance),
            };
        }

        return json;
    }

    /// <exception cref="FormatException">A length that is none.</exception>
    public static ReferenceNoise Read(JsonNode? json) => json is not JsonObject lengths ? ReferenceNoise.None : new(
        [.. lengths.Select(p => new ChunkNoise
        {
            Length = Length(p.Key),
            Chunks = (int)p.Value!["chunks"]!,
            ScorePsi = ReadValue(p.Value["score_psi"]),
            LabelPsi = ReadValue(p.Value["label_psi"]),
            FeaturePsi = ReadValues(p.Value["psi"]!),
            Performance = ReadValues(p.Value["performance"]!),
        })]);

    private static JsonObject? Value(ValueNoise? noise) => noise is null ? null : new()
    {
        ["chunks"] = noise.Chunks,
        ["mean"] = noise.Mean,
        ["standard_deviation"] = noise.StandardDeviation,
        ["largest"] = noise.Largest,
    };

    private static ValueNoise? ReadValue(JsonNode? json) =>
        json is null ? null : new((int)json["chunks"]!, (double)json["mean"]!, (double)json["standard_deviation"]!, (double)json["largest"]!);

    private static JsonObject Values(IReadOnlyDictionary<string, ValueNoise> values) =>
        new(values.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, Value(p.Value))));

    private static OrderedDictionary<string, ValueNoise> ReadValues(JsonNode json) =>
        new(json.AsObject().Select(p => KeyValuePair.Create(p.Key, ReadValue(p.Value)!)), StringComparer.Ordinal);

    /// <summary>In the largest unit that divides it.</summary>
    private static string Text(long length)
    {
        var (unit, size) = s_units.First(u => length % u.Length == 0);
        return (length / size).ToString(CultureInfo.InvariantCulture) + unit;
    }

    private static long Length(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var size = s_units.FirstOrDefault(u => u.Unit == text[digits..]).Length;
        return size == 0 ? throw new FormatException($"'{text}' is no length of chunks") : checked(long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture) * size);
    }
}
