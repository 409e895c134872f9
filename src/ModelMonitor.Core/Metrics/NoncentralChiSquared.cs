using MathNet.Numerics.Distributions;

namespace ModelMonitor.Core.Metrics;

/// <summary>The distribution of Σ(Z_i + μ_i)² with λ = Σμ_i².</summary>
internal static class NoncentralChiSquared
{
    /// <summary>Degrees of freedom above which the Wilson–Hilferty cube is as good as the inverse of the incomplete gamma function, and quicker.</summary>
    private const double Many = 500;

    /// <summary>
    /// Pearson's three-moment approximation: c·χ²_f − λ²/(ν+3λ) with f = (ν+2λ)³/(ν+3λ)², c = (ν+3λ)/(ν+2λ). Exact for λ = 0.
    /// E. S. Pearson, "Note on an approximation to the distribution of non-central χ²", Biometrika 46 (1959).
    /// </summary>
    public static double Quantile(double freedom, double noncentrality, double confidence)
    {
        if (noncentrality <= 0) return ChiSquared.InvCDF(freedom, confidence);
        double two = freedom + (2 * noncentrality), three = freedom + (3 * noncentrality);
        var f = two * two * two / (three * three);
        return (three / two * Central(f, confidence)) - (noncentrality * noncentrality / three);
    }

    private static double Central(double freedom, double confidence)
    {
        if (freedom <= Many) return ChiSquared.InvCDF(freedom, confidence);
        var step = 2 / (9 * freedom);
        return freedom * Math.Pow(1 - step + (Normal.InvCDF(0, 1, confidence) * Math.Sqrt(step)), 3);
    }
}
