using System.Text.Json.Nodes;
using ModelMonitor.Engine.Json;

namespace ModelMonitor.Engine.Actions;

/// <summary>The envelope of every message: CloudEvents 1.0, structured mode.</summary>
public static class CloudEvent
{
    public const string ContentType = "application/cloudevents+json";

    /// <summary>Before the name of what happened, in `type`.</summary>
    public const string Prefix = "modelmonitor.";

    /// <param name="id">Unique for its source; the message's key.</param>
    /// <param name="what">What happened: `retrain_requested`, `rule_fired` …</param>
    /// <param name="time">Microseconds of UTC since 1970.</param>
    /// <param name="schema">A URI of the schema of <paramref name="data"/>; null: none.</param>
    public static JsonObject Of(string id, string what, string model, string version, long time, JsonObject data, string? schema = null)
    {
        var envelope = new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = id,
            ["source"] = "/modelmonitor/models/" + Uri.EscapeDataString(model),
            ["type"] = Prefix + what,
            ["subject"] = version,
            ["time"] = EvaluationJson.Time(time),
            ["datacontenttype"] = "application/json",
        };
        if (schema is not null) envelope["dataschema"] = schema;
        envelope["data"] = data;
        return envelope;
    }
}
