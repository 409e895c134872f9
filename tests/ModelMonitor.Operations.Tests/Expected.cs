namespace ModelMonitor.Operations.Tests;

/// <summary>What a monitor that has just started cannot show, and why.</summary>
internal static class Expected
{
    /// <summary>Exported once promotions are.</summary>
    public static readonly string[] NotYetExported = ["modelmonitor_challengers", "modelmonitor_challenger_stage_since_timestamp_seconds", "modelmonitor_promotions_total"];

    /// <summary>Commands of the runbook that come with promotions.</summary>
    public static readonly string[] NotYetCommands = ["promote", "rollback"];

    /// <summary>Expressions with one of these may be without data.</summary>
    public static readonly IReadOnlyDictionary<string, string> WithoutData = new Dictionary<string, string>
    {
        ["modelmonitor_decay_slope_per_day"] = "a trend needs several matured windows, which a monitor gathers over days",
        ["modelmonitor_days_to_target"] = "as the slope",
        ["modelmonitor_model_weight_norm"] = "the bundled models are trees, which have no weight tensors",
        ["modelmonitor_device_changes_total"] = "begins with the first change",
        ["modelmonitor_shadow_failures_total"] = "begins with the first failure",
    };
}
