namespace ModelMonitor.Operations.Tests;

/// <summary>What a monitor that has just started cannot show, and why.</summary>
internal static class Expected
{
    /// <summary>Expressions with one of these may be without data.</summary>
    public static readonly IReadOnlyDictionary<string, string> WithoutData = new Dictionary<string, string>
    {
        ["modelmonitor_decay_slope_per_day"] = "a trend needs several matured windows, which a monitor gathers over days",
        ["modelmonitor_days_to_target"] = "as the slope",
        ["modelmonitor_model_weight_norm"] = "the bundled models are trees, which have no weight tensors",
        ["modelmonitor_device_changes_total"] = "begins with the first change",
        ["modelmonitor_promotions_total"] = "an annotation marks promotions, and none took place",
        ["modelmonitor_shadow_failures_total"] = "begins with the first failure",
    };
}
