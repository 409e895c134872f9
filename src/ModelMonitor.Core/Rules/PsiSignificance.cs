using MathNet.Numerics.Distributions;

namespace ModelMonitor.Core.Rules;

/// <summary>How large a PSI is by chance alone.</summary>
internal static class PsiSignificance
{
    /// <summary>One false alarm in so many looks at so many features.</summary>
    private const double FalseAlarms = 0.001;

    /// <summary>χ²_{1−0.001/(F·L), B−1}·(1/N + 1/M): a PSI at or below it is no evidence of drift.</summary>
    /// <param name="bins">B, the bins not empty on both sides; with one bin there is nothing to differ.</param>
    /// <param name="reference">N, rows of the reference.</param>
    /// <param name="production">M, rows of the window.</param>
    /// <param name="features">F, features looked at.</param>
    /// <param name="looks">L, evaluations per window length.</param>
    /// <returns>+∞ where a side has no rows.</returns>
    public static double Limit(int bins, long reference, long production, int features, int looks)
    {
        if (reference <= 0 || production <= 0) return double.PositiveInfinity;
        if (bins < 2) return 0;
        var tail = FalseAlarms / ((double)Math.Max(features, 1) * Math.Max(looks, 1));
        return ChiSquared.InvCDF(bins - 1, 1 - tail) * ((1.0 / reference) + (1.0 / production));
    }
}
