using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>95 % intervals and standard errors.</summary>
public static class Intervals
{
    /// <summary>The two-sided 95 % quantile of the standard normal distribution: 1.959964, in full.</summary>
    public const double Z = 1.959963984540054;

    /// <summary>Value ∓ z·SE, cut off at the ends of what is possible.</summary>
    public static MetricValue Symmetric(double value, double? standardError, long? rows, double least = double.NegativeInfinity, double greatest = double.PositiveInfinity) =>
        MetricValue.Of(value, rows) with
        {
            Lower = standardError is { } below ? Math.Max(value - (Z * below), least) : null,
            Upper = standardError is { } above ? Math.Min(value + (Z * above), greatest) : null,
            StandardError = standardError,
        };

    /// <summary>A share k/n with Wilson's score interval, (p + z²/2n ∓ z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), and SE √(p(1−p)/n).</summary>
    /// <remarks>Source: Wilson, "Probable inference, the law of succession, and statistical inference" (1927).</remarks>
    public static MetricValue Proportion(long hits, long trials, long rows)
    {
        double n = trials;
        var p = hits / n;
        var scale = 1 + (Z * Z / n);
        var centre = p + (Z * Z / (2 * n));
        var half = Z * Math.Sqrt((p * (1 - p) / n) + (Z * Z / (4 * n * n)));
        return MetricValue.Of(p, rows) with
        {
            Lower = Math.Max((centre - half) / scale, 0),
            Upper = Math.Min((centre + half) / scale, 1),
            StandardError = Math.Sqrt(p * (1 - p) / n),
        };
    }

    /// <summary>SE of a mean: √(s²/n), s² dividing by n − 1; null for fewer than two values.</summary>
    public static double? OfMean(ExactSum sum, ExactSum squares, long count) =>
        count < 2 ? null : Math.Sqrt(ExactSum.Variance(sum, squares, count) / (count - 1));
}
