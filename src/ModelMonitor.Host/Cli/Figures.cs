using System.Globalization;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Host.Cli;

/// <summary>Numbers as people read them; the exact ones are in the JSON.</summary>
internal static class Figures
{
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Number(double? value) => value is not { } number ? "–"
        : Math.Abs(number) is >= 1e6 or (< 1e-4 and > 0) ? number.ToString("0.###e0", CultureInfo.InvariantCulture)
        : number.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>The value, or in brackets why there is none.</summary>
    public static string Metric(MetricValue value) => value.Value is { } number ? Number(number) : $"({value.Status})";

    public static string Metric(IReadOnlyDictionary<string, MetricValue> values, string key) => values.TryGetValue(key, out var value) ? Metric(value) : "–";

    /// <summary>With its 95 % interval where it has one.</summary>
    public static string WithInterval(IReadOnlyDictionary<string, MetricValue> values, string key) =>
        values.TryGetValue(key, out var value) && value is { Lower: { } lower, Upper: { } upper }
            ? $"{Metric(value)} [{Number(lower)}, {Number(upper)}]"
            : Metric(values, key);

    public static string Percent(double ratio) => (100 * ratio).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
