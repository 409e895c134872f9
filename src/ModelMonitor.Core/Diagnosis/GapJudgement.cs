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
    private const double TwoSided95 = Metrics.Intervals.Z;
    private const double OneSided95 = 1.6448536269514722;

    /// <summary>
    /// Confirmed: g − 1.645·SE &gt; drop (the one-sided 95 % lower bound). Suspected: g &gt; drop and g − 1.96·SE &gt; 0 (the interval
    /// excludes 0).
    /// </summary>
    public static GapGrade Of(MetricValue gap, double drop)
    {
        if (gap.Value is not { } g || gap.DecisionError is not { } error) return GapGrade.Unknown;
        if (g - (OneSided95 * error) > drop) return GapGrade.Confirmed;
        return g > drop && g - (TwoSided95 * error) > 0 ? GapGrade.Suspected : GapGrade.None;
    }

    /// <summary>g − 1.645·SE, with the SE of decisions; null without a standard error.</summary>
    public static double? LowerBound(MetricValue gap) => gap.Value - (OneSided95 * gap.DecisionError);
}
