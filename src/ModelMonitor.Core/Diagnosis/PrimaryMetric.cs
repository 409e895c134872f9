using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>The one metric of a model that findings judge: a dozen would multiply alarms.</summary>
public static class PrimaryMetric
{
    /// <summary>The first target, else `roc_auc`, `roc_auc_ovr_macro` or `r2` by the task.</summary>
    public static string Of(TaskKind task, IEnumerable<KeyValuePair<string, double>> targets)
    {
        foreach (var target in targets) return target.Key;
        return task == TaskKind.Regression ? "r2" : AucOf(task);
    }

    /// <summary>Whether a value misses its target. A mean error misses it in either direction.</summary>
    public static bool Misses(string metric, double value, double target) => metric switch
    {
        "mean_error" => Math.Abs(value) > Math.Abs(target),
        _ when MetricDirections.Of(metric) == MetricDirection.LowerIsBetter => value > target,
        _ => value < target,
    };

    internal static string AucOf(TaskKind task) => task == TaskKind.Multiclass ? "roc_auc_ovr_macro" : "roc_auc";
}
