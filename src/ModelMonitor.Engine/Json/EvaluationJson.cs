using System.Globalization;
using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Engine.Json;

/// <summary>Evaluations as JSON, in the one vocabulary that `evaluate`, the API and the store share.</summary>
public static partial class EvaluationJson
{
    /// <summary>ISO 8601 in UTC, seconds where there is no fraction.</summary>
    public static string Time(long instant)
    {
        var time = Instant.ToTime(instant).UtcDateTime;
        return time.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>A window of `evaluate`: range, rows, performance and drift.</summary>
    public static JsonObject Window(Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        var json = new JsonObject
        {
            ["start"] = Time(evaluation.Range.Start),
            ["end"] = Time(evaluation.Range.End),
            ["rows"] = evaluation.Rows,
            ["labelled"] = evaluation.Labelled,
            ["performance"] = MetricJson.Full(evaluation.Performance),
            ["estimated"] = MetricJson.Full(evaluation.Estimated),
            ["estimated_error"] = MetricJson.Full(evaluation.EstimatedErrors),
            ["drift"] = Drift(evaluation.Drift),
        };
        if (evaluation.Compared > 0) json["serving_skew"] = new JsonObject { ["compared"] = evaluation.Compared, ["differing"] = evaluation.Differing, ["ratio"] = (double)evaluation.Differing / evaluation.Compared };
        if (evaluation.Decay is { } decay) json["decay"] = DecayJson.Of(decay);
        if (evaluation.Segments.Count > 0) json["segments"] = Segments(evaluation.Segments);
        return json;
    }

    private static JsonObject Segments(IReadOnlyList<Evaluation> segments)
    {
        var json = new JsonObject();
        foreach (var segment in segments)
        {
            json[segment.Segment] = Window(segment);
            if (segment.Findings.Count > 0) json[segment.Segment]!["findings"] = Findings(segment.Findings);
        }

        return json;
    }

    /// <summary>An evaluation on its own, as the store and `/evaluations` hold it.</summary>
    public static JsonObject Full(Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        var json = new JsonObject { ["model"] = evaluation.Model, ["version"] = evaluation.Version, ["task"] = TaskName(evaluation.Task), ["window"] = evaluation.Window, ["segment"] = evaluation.Segment };
        foreach (var (key, value) in Window(evaluation).ToArray()) json[key] = value?.DeepClone();
        json["performance_window"] = new JsonObject
        {
            ["start"] = Time(evaluation.PerformanceRange.Start),
            ["end"] = Time(evaluation.PerformanceRange.End),
            ["rows"] = evaluation.PerformanceRows,
            ["labelled"] = evaluation.PerformanceLabelled,
            ["matured"] = DecayTrends.IsMatured(evaluation),
        };
        if (evaluation.SampledRows is { } sampled) json["performance_window"]!["sampled"] = sampled;
        json["generalization_gap"] = Gaps(evaluation.Gaps);
        json["findings"] = Findings(evaluation.Findings);
        return json;
    }

    public static JsonObject Reference(ReferencePerformance performance)
    {
        ArgumentNullException.ThrowIfNull(performance);
        return new() { ["rows"] = performance.Rows, ["performance"] = MetricJson.Full(performance.Performance) };
    }

    public static JsonArray Gaps(IReadOnlyList<GeneralizationGap> gaps)
    {
        ArgumentNullException.ThrowIfNull(gaps);
        var json = new JsonArray();
        foreach (var gap in gaps)
        {
            var entry = new JsonObject { ["metric"] = gap.Metric, ["from"] = gap.From, ["to"] = gap.To };
            foreach (var (key, value) in MetricJson.Full(gap.Value).ToArray()) entry[key] = value?.DeepClone();
            json.Add((JsonNode)entry);
        }

        return json;
    }

    public static JsonArray Findings(IEnumerable<Finding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        var json = new JsonArray();
        foreach (var finding in findings)
        {
            var entry = new JsonObject { ["kind"] = finding.Kind, ["metric"] = finding.Metric, ["window"] = finding.Window, ["value"] = finding.Value, ["limit"] = finding.Limit, ["confirmed"] = finding.Confirmed, ["message"] = finding.Message };
            if (finding.Feature is { } feature) entry["feature"] = feature;
            json.Add((JsonNode)entry);
        }

        return json;
    }

    public static string TaskName(TaskKind task) => task switch { TaskKind.Binary => "binary", TaskKind.Multiclass => "multiclass", _ => "regression" };

    private static JsonObject Drift(DriftValues drift)
    {
        var features = new JsonObject();
        foreach (var (name, values) in drift.Features) features[name] = MetricJson.Bare(values);
        var json = new JsonObject { ["score"] = MetricJson.Bare(drift.Score), ["features"] = features };
        if (drift.Label.Count > 0) json["label"] = MetricJson.Bare(drift.Label);
        return json;
    }
}
