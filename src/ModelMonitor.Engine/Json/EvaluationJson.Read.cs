using System.Globalization;
using System.Text.Json;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using Values = System.Collections.Generic.OrderedDictionary<string, ModelMonitor.Core.Metrics.MetricValue>;

namespace ModelMonitor.Engine.Json;

/// <remarks>What <see cref="Full"/> wrote is read back; what it leaves out (score range, rows by class …) is not known then.</remarks>
public static partial class EvaluationJson
{
    /// <summary>A time as <see cref="Time"/> writes it.</summary>
    public static long ReadTime(string time) => Instant.From(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));

    public static Evaluation Read(JsonElement json)
    {
        var measured = json.GetProperty("performance_window");
        return new Evaluation
        {
            Model = Text(json, "model"),
            Version = Text(json, "version"),
            Task = Text(json, "task") switch { "binary" => TaskKind.Binary, "multiclass" => TaskKind.Multiclass, _ => TaskKind.Regression },
            Window = Text(json, "window"),
            Segment = Text(json, "segment"),
            Range = Range(json),
            Rows = json.GetProperty("rows").GetInt64(),
            Labelled = json.GetProperty("labelled").GetInt64(),
            PerformanceRange = Range(measured),
            PerformanceRows = measured.GetProperty("rows").GetInt64(),
            PerformanceLabelled = measured.GetProperty("labelled").GetInt64(),
            SampledRows = measured.TryGetProperty("sampled", out var sampled) ? sampled.GetInt64() : null,
            Compared = Skew(json, "compared"),
            Differing = Skew(json, "differing"),
            Performance = All(json, "performance"),
            Estimated = All(json, "estimated"),
            EstimatedErrors = All(json, "estimated_error"),
            Drift = DriftOf(json.GetProperty("drift")),
            Gaps = [.. json.GetProperty("generalization_gap").EnumerateArray().Select(g => new GeneralizationGap(Text(g, "metric"), Text(g, "from"), Text(g, "to"), MetricJson.Read(g)))],
            Decay = json.TryGetProperty("decay", out var decay) ? DecayJson.Read(decay) : null,
            Findings = [.. json.GetProperty("findings").EnumerateArray().Select(FindingOf)],
        };
    }

    /// <summary>Drift values of one column, of the score or of the label, as <see cref="MetricJson.Bare"/> wrote them.</summary>
    public static IReadOnlyDictionary<string, MetricValue> ReadDrift(JsonElement json)
    {
        const string bound = "_error_bound";
        var values = new Values();
        foreach (var entry in json.EnumerateObject())
        {
            if (entry.Name.EndsWith(bound, StringComparison.Ordinal) && entry.Name[..^bound.Length] is var of && values.TryGetValue(of, out var known)) values[of] = known with { ErrorBound = entry.Value.GetDouble() };
            else values[entry.Name] = entry.Value.ValueKind == JsonValueKind.Number ? MetricValue.Of(entry.Value.GetDouble()) : MetricJson.Read(entry.Value);
        }

        return values;
    }

    private static DriftValues DriftOf(JsonElement json) => new(
        ReadDrift(json.GetProperty("score")),
        json.TryGetProperty("label", out var label) ? ReadDrift(label) : new Values(),
        [.. json.GetProperty("features").EnumerateObject().Select(f => KeyValuePair.Create(f.Name, ReadDrift(f.Value)))]);

    private static Finding FindingOf(JsonElement json) =>
        new(Text(json, "kind"), json.GetProperty("metric").GetString(), Text(json, "window"), Number(json, "value"), Number(json, "limit"), Text(json, "message"))
        {
            Confirmed = !json.TryGetProperty("confirmed", out var confirmed) || confirmed.GetBoolean(),
            Feature = json.TryGetProperty("feature", out var feature) ? feature.GetString() : null,
        };

    private static Values All(JsonElement json, string name)
    {
        var values = new Values();
        if (!json.TryGetProperty(name, out var all)) return values;
        foreach (var entry in all.EnumerateObject()) values[entry.Name] = MetricJson.Read(entry.Value);
        return values;
    }

    private static long Skew(JsonElement json, string name) => json.TryGetProperty("serving_skew", out var skew) ? skew.GetProperty(name).GetInt64() : 0;

    private static TimeRange Range(JsonElement json) => new(ReadTime(Text(json, "start")), ReadTime(Text(json, "end")));

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static double? Number(JsonElement json, string name) => json.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
}
