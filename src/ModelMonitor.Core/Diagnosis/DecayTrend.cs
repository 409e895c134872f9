using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>Where a metric is heading: its slope over the last matured windows, and when it will miss its target.</summary>
/// <param name="Metric">The primary metric.</param>
/// <param name="Windows">Windows that it rests on.</param>
/// <param name="SlopePerDay">With its standard error and 95 % interval (Student's t).</param>
/// <param name="DaysToTarget">From the end of the newest window, with its 95 % interval; null: nothing can be said.</param>
public sealed record DecayTrend(string Metric, int Windows, MetricValue SlopePerDay, MetricValue? DaysToTarget)
{
    public const int LeastWindows = 4;
    public const int MostWindows = 12;

    private const double MicrosecondsPerDay = 86_400e6;

    /// <summary>Two-sided 95 % quantiles of Student's t for 2 to 10 degrees of freedom.</summary>
    private static readonly double[] StudentT =
    [
        4.302652729911275, 3.182446305284263, 2.7764451051977987, 2.5705818366147395, 2.4469118511449692,
        2.3646242515927844, 2.306004135204166, 2.2621571628540993, 2.2281388519649385,
    ];

    /// <summary>
    /// The least squares line y = a + b·t, t in days before the newest window's end, weights w = 1/SE² where every value has a standard
    /// error, else 1. SE(b)² = s²/Σw(t−t̄)² with s² = Σw(y−ŷ)²/(n−2), under weights at least 1: windows never agree better than their own
    /// errors allow by more than chance. Interval b ∓ t₀.₉₇₅(n−2)·SE(b).
    /// </summary>
    /// <param name="points">End of the window (microseconds of UTC) and the metric's value there, by rising end; the last 12 count.</param>
    /// <param name="target">Null: none, so no days.</param>
    /// <returns>Null for fewer than four windows, or where they have one end.</returns>
    public static DecayTrend? Of(string metric, IReadOnlyList<(long End, MetricValue Value)> points, double? target)
    {
        ArgumentNullException.ThrowIfNull(points);
        var known = points.Where(p => p.Value.Value is not null).TakeLast(MostWindows).ToArray();
        if (known.Length < LeastWindows) return null;
        var newest = known[^1].End;
        double[] t = [.. known.Select(p => (p.End - newest) / MicrosecondsPerDay)], y = [.. known.Select(p => p.Value.Value!.Value)];
        var weighted = known.All(p => p.Value.StandardError is > 0);
        double[] w = [.. known.Select(p => weighted ? Math.Pow(p.Value.StandardError!.Value, -2) : 1)];
        var total = w.Sum();
        double tMean = Dot(w, t) / total, yMean = Dot(w, y) / total;
        double[] centred = [.. t.Select(x => x - tMean)];
        var spread = w.Zip(centred, (a, c) => a * c * c).Sum();
        if (!(spread > 0)) return null;
        var slope = w.Zip(centred, (a, c) => a * c).Zip(y, (a, v) => a * (v - yMean)).Sum() / spread;
        var level = yMean - (slope * tMean);
        var residuals = w.Zip(t.Zip(y, (x, v) => v - level - (slope * x)), (a, r) => a * r * r).Sum();
        var scale = residuals / (t.Length - 2);
        if (weighted) scale = Math.Max(scale, 1);
        var quantile = StudentT[t.Length - 4];
        var error = Math.Sqrt(scale / spread);
        if (!double.IsFinite(slope) || !double.IsFinite(error)) return null;
        var value = MetricValue.Of(slope) with { StandardError = error, Lower = slope - (quantile * error), Upper = slope + (quantile * error) };
        // Of the level at the newest end, and its covariance with the slope.
        var (variance, covariance) = (scale * ((1 / total) + (tMean * tMean / spread)), -scale * tMean / spread);
        return new(metric, t.Length, value, target is { } limit ? Days(metric, limit - level, slope, variance, error * error, covariance, quantile) : null);
    }

    /// <summary>
    /// d = (T − a)/b, its interval by Fieller's theorem: all d with ((T − a) − d·b)² ≤ t²·(Var a + 2d·Cov(a, b) + d²·Var b), cut off at 0.
    /// Nothing where the slope's interval contains 0, or it leads away from the target, or the line has missed it already.
    /// </summary>
    /// <remarks>Source: Fieller, "Some problems in interval estimation" (1954).</remarks>
    private static MetricValue? Days(string metric, double distance, double slope, double varianceOfLevel, double varianceOfSlope, double covariance, double quantile)
    {
        var sign = MetricDirections.Of(metric) switch { MetricDirection.HigherIsBetter => -1, MetricDirection.LowerIsBetter => 1, _ => 0 };
        var q = quantile * quantile;
        var a = (slope * slope) - (q * varianceOfSlope);
        if (sign * slope <= 0 || sign * distance <= 0 || a <= 0) return null;
        // a·d² − 2b·d + c ≤ 0
        var b = (distance * slope) + (q * covariance);
        var c = (distance * distance) - (q * varianceOfLevel);
        var root = Math.Sqrt(Math.Max((b * b) - (a * c), 0));
        var (days, upper) = (distance / slope, (b + root) / a);
        return double.IsFinite(days) && double.IsFinite(upper) ? MetricValue.Of(days) with { Lower = Math.Max((b - root) / a, 0), Upper = upper } : null;
    }

    /// <summary>For a finding's message: `It changes by -0.002 a day (…).`</summary>
    internal string Sentence()
    {
        var text = $"Over the last {Windows} windows {Metric} changes by {Prose.Number(SlopePerDay.Value!.Value)} a day "
            + $"({Prose.Number(SlopePerDay.Lower!.Value)} to {Prose.Number(SlopePerDay.Upper!.Value)})";
        return DaysToTarget is { Value: { } days } d
            ? $"{text}; going on like that it misses its target in {Prose.Number(Math.Round(days, 1))} days ({Prose.Number(Math.Round(d.Lower!.Value, 1))} to {Prose.Number(Math.Round(d.Upper!.Value, 1))})."
            : text + ".";
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
