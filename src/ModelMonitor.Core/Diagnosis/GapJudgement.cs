using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>How sure it is that a gap is above a drop.</summary>
public enum GapGrade
{
    /// <summary>It has no value or no standard error, so nothing can be said.</summary>
    Unknown,
    None,
    Suspected,
    Confirmed,
}

/// <summary>Grades relative gaps.</summary>
public static class GapJudgement
{
    private const double TwoSided95 = 1.959963984540054;
    private const double OneSided95 = 1.6448536269514722;

    /// <summary>A value nearer to 0 than this has no relative gap.</summary>
    private const double Least = 1e-6;

    /// <summary>
    /// Confirmed: g − 1.645·SE &gt; drop (the one-sided 95 % lower bound). Suspected: g &gt; drop and g − 1.96·SE &gt; 0 (the interval
    /// excludes 0).
    /// </summary>
    public static GapGrade Of(MetricValue gap, double drop)
    {
        if (gap.Value is not { } g || gap.StandardError is not { } error) return GapGrade.Unknown;
        if (g - (OneSided95 * error) > drop) return GapGrade.Confirmed;
        return g > drop && g - (TwoSided95 * error) > 0 ? GapGrade.Suspected : GapGrade.None;
    }

    /// <summary>g − 1.645·SE; null without a standard error.</summary>
    public static double? LowerBound(MetricValue gap) => gap.Value - (OneSided95 * gap.StandardError);

    /// <summary>g = (a − b)/|a|, or (b − a)/|a| where lower is better; SE² = (SE_b² + (b/a)²·SE_a²)/a².</summary>
    internal static MetricValue Gap(MetricValue from, MetricValue to, bool lowerIsBetter)
    {
        if (from.Value is not { } a || to.Value is not { } b) return MetricValue.Undefined(MetricStatus.UndefinedOperand);
        if (Math.Abs(a) < Least) return MetricValue.Undefined(MetricStatus.ZeroDenominator);
        var gap = MetricValue.Of((lowerIsBetter ? b - a : a - b) / Math.Abs(a));
        if (from.StandardError is not { } errorOfA || to.StandardError is not { } errorOfB) return gap;
        var scaled = b / a * errorOfA;
        return gap with { StandardError = Math.Sqrt((errorOfB * errorOfB) + (scaled * scaled)) / Math.Abs(a) };
    }
}
