using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Engine.Json;

/// <summary>A trend as JSON; without `days_to_target` where nothing can be said of it.</summary>
internal static class DecayJson
{
    public static JsonObject Of(DecayTrend trend)
    {
        var json = new JsonObject
        {
            ["metric"] = trend.Metric,
            ["windows"] = trend.Windows,
            ["slope_per_day"] = trend.SlopePerDay.Value,
            ["lower"] = trend.SlopePerDay.Lower,
            ["upper"] = trend.SlopePerDay.Upper,
            ["standard_error"] = trend.SlopePerDay.StandardError,
        };
        if (trend.DaysToTarget is not { } days) return json;
        json["days_to_target"] = days.Value;
        json["days_to_target_lower"] = days.Lower;
        json["days_to_target_upper"] = days.Upper;
        return json;
    }

    /// <summary>Reads what <see cref="Of"/> wrote.</summary>
    public static DecayTrend Read(JsonElement json)
    {
        double Number(string name) => json.GetProperty(name).GetDouble();
        var slope = MetricValue.Of(Number("slope_per_day")) with { Lower = Number("lower"), Upper = Number("upper"), StandardError = Number("standard_error") };
        MetricValue? days = json.TryGetProperty("days_to_target", out var known) ? MetricValue.Of(known.GetDouble()) with { Lower = Number("days_to_target_lower"), Upper = Number("days_to_target_upper") } : null;
        return new(json.GetProperty("metric").GetString()!, json.GetProperty("windows").GetInt32(), slope, days);
    }
}
