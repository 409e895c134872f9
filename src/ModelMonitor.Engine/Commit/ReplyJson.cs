using System.Text.Json.Nodes;

namespace ModelMonitor.Engine.Commit;

/// <summary>The answer to a delivery as JSON; kept with its key, so that a repeat gets the same.</summary>
public static class ReplyJson
{
    public static string Write(IngestReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var rejected = new JsonObject();
        foreach (var (reason, rows) in reply.Rejected) rejected[reason] = rows;
        var json = new JsonObject { ["rows"] = reply.Rows, ["duplicate"] = reply.Duplicate, ["rejected"] = rejected };
        if (reply.Unscored > 0) json["unscored"] = reply.Unscored;
        if (reply.UnscoredBecause is { } because) json["unscored_because"] = because;
        if (reply.ExtraColumns.Count > 0) json["extra_columns"] = Names(reply.ExtraColumns);
        if (reply.MissingColumns.Count > 0) json["missing_columns"] = Names(reply.MissingColumns);
        return json.ToJsonString();
    }

    public static IngestReply Read(string text)
    {
        var json = JsonNode.Parse(text)!.AsObject();
        return new IngestReply
        {
            Rows = (long)json["rows"]!,
            Duplicate = (bool)json["duplicate"]!,
            Rejected = json["rejected"]!.AsObject().ToDictionary(p => p.Key, p => (long)p.Value!, StringComparer.Ordinal),
            Unscored = (long?)json["unscored"] ?? 0,
            UnscoredBecause = (string?)json["unscored_because"],
            ExtraColumns = Names(json["extra_columns"]),
            MissingColumns = Names(json["missing_columns"]),
        };
    }

    private static JsonArray Names(IReadOnlyList<string> names) => [.. names.Select(n => (JsonNode?)n)];

    private static IReadOnlyList<string> Names(JsonNode? names) => names is null ? [] : [.. names.AsArray().Select(n => (string)n!)];
}
