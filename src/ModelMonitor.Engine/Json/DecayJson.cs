using System.Text.Json.Nodes;
using ModelMonitor.Core.Diagnosis;

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
}
