using System.Diagnostics;
using System.Globalization;

namespace ModelMonitor.Benchmarks;

/// <summary>CPU seconds of this process, and results as one line of JSON.</summary>
internal static class Measure
{
    /// <summary>Runs once unmeasured, then so many times; medians.</summary>
    public static (double Cpu, double Wall, T Value) Median<T>(int repeats, Func<T> work)
    {
        var value = work();
        double[] cpu = new double[repeats], wall = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            var (began, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            value = work();
            (cpu[i], wall[i]) = ((Environment.CpuUsage.TotalTime - began).TotalSeconds, Stopwatch.GetElapsedTime(clock).TotalSeconds);
        }

        return (Median(cpu), Median(wall), value);
    }

    public static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    public static string Json(params (string Name, object Value)[] fields) =>
        "{" + string.Join(", ", fields.Select(f => $"\"{f.Name}\": {(f.Value is string text ? $"\"{text}\"" : f.Value is double number ? number.ToString("G10", CultureInfo.InvariantCulture) : Convert.ToString(f.Value, CultureInfo.InvariantCulture))}")) + "}";
}
