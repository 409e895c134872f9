using MathNet.Numerics.Distributions;

namespace ModelMonitor.Core.Lifecycle;

/// <summary>How much better one version is than another on the same rows.</summary>
/// <param name="Gain">In the metric's own unit, positive where the challenger is better, whichever way the metric points.</param>
/// <param name="StandardError">Of the gain, paired: what makes rows hard for both cancels.</param>
/// <param name="Method">How the standard error was found: `delong`, `paired`, `jackknife`.</param>
public sealed record PairedDifference(string Metric, double Champion, double Challenger, double Gain, double StandardError, int Rows, string Method)
{
    /// <summary>Gain ∓ z·SE, with the two-sided quantile of the level.</summary>
    /// <param name="level">Probability of an error, for example 0.05.</param>
    public (double Lower, double Upper) Interval(double level)
    {
        var z = -Normal.InvCDF(0, 1, level / 2);
        return (Gain - (z * StandardError), Gain + (z * StandardError));
    }

    /// <summary>Whether the whole interval lies above the margin.</summary>
    public bool IsBetterBy(double margin, double level) => Interval(level).Lower > margin;

    /// <summary>Whether the whole interval lies below 0: the challenger is worse.</summary>
    public bool IsWorse(double level) => Interval(level).Upper < 0;
}

/// <summary>Levels of tests that are made one after the other against the same champion.</summary>
public static class TestLevels
{
    public const double Overall = 0.05;

    /// <summary>0.05·6/(π²k²) of the k-th: over all k they sum to 0.05, however many challengers come.</summary>
    /// <param name="k">From 1.</param>
    public static double Of(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return Overall * 6 / (Math.PI * Math.PI * k * k);
    }
}
