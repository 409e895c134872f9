using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Engine.Json;

/// <summary>Metric values as JSON: `{"value":…,"lower":…,"upper":…,"error_bound":…,"rows":…}`, or `{"value":null,"status":…}`.</summary>
public static class MetricJson
{
    /// <summary>With everything that is known.</summary>
    public static JsonObject Full(MetricValue value)
    {
        var json = new JsonObject { ["value"] = value.Value };
        if (value.Status is { } status) json["status"] = status;
        if (value.Lower is { } lower) json["lower"] = lower;
        if (value.Upper is { } upper) json["upper"] = upper;
        if (value.ErrorBound is { } bound) json["error_bound"] = bound;
        if (value.StandardError is { } error) json["standard_error"] = error;
        if (value.BlockError is { } blocks) json["block_standard_error"] = blocks;
        if (value.Rows is { } rows) json["rows"] = rows;
        return json;
    }

    public static JsonObject Full(IReadOnlyDictionary<string, MetricValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var json = new JsonObject();
        foreach (var (key, value) in values) json[key] = Full(value);
        return json;
    }

    /// <summary>Drift values: bare numbers, `key_error_bound` beside them, and an object with the status where undefined.</summary>
    public static JsonObject Bare(IReadOnlyDictionary<string, MetricValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var json = new JsonObject();
        foreach (var (key, value) in values)
        {
            json[key] = value.Value is { } number ? number : new JsonObject { ["value"] = null, ["status"] = value.Status };
            if (value is { Value: not null, ErrorBound: { } bound }) json[key + "_error_bound"] = bound;
        }

        return json;
    }

    /// <summary>Reads what <see cref="Full(MetricValue)"/> wrote.</summary>
    public static MetricValue Read(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var rows = (long?)json["rows"];
        var value = (double?)json["value"] is { } number ? MetricValue.Of(number, rows) : MetricValue.Undefined((string?)json["status"] ?? MetricStatus.NoValues, rows);
        return value with
        {
            Lower = (double?)json["lower"],
            Upper = (double?)json["upper"],
            ErrorBound = (double?)json["error_bound"],
            StandardError = (double?)json["standard_error"],
        };
    }

    /// <summary>As <see cref="Read(JsonObject)"/>, from a document, with the error of sub-periods too.</summary>
    public static MetricValue Read(JsonElement json)
    {
        var rows = json.TryGetProperty("rows", out var count) ? count.GetInt64() : (long?)null;
        var value = Number("value") is { } number ? MetricValue.Of(number, rows) : MetricValue.Undefined(json.TryGetProperty("status", out var status) ? status.GetString()! : MetricStatus.NoValues, rows);
        return value with { Lower = Number("lower"), Upper = Number("upper"), ErrorBound = Number("error_bound"), StandardError = Number("standard_error"), BlockError = Number("block_standard_error") };

        double? Number(string name) => json.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Number ? found.GetDouble() : null;
    }

    public static IReadOnlyDictionary<string, MetricValue> ReadAll(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return json.ToDictionary(p => p.Key, p => Read(p.Value!.AsObject()), StringComparer.Ordinal);
    }
}
