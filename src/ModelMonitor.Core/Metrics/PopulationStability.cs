using MathNet.Numerics.Distributions;

namespace ModelMonitor.Core.Metrics;

/// <summary>The population stability index, and how large it is by chance.</summary>
public static class PopulationStability
{
    /// <summary>Σ (q − p)·ln(q/p) with p = (n + ½)/(N + ½B), q = (m + ½)/(M + ½B); bins empty on both sides are left out of B. 0 for one bin alone.</summary>
    /// <remarks>Jeffreys smoothing, so that an empty bin is finite, and both sides still sum to 1.</remarks>
    /// <returns>The index, and B.</returns>
    public static (double Psi, int Bins) Psi(ReadOnlySpan<long> reference, ReadOnlySpan<long> production)
    {
        var (bins, referenceRows, productionRows) = Totals(reference, production);
        if (bins <= 1) return (0, bins);
        double sum = 0, n = referenceRows + (0.5 * bins), m = productionRows + (0.5 * bins);
        for (var i = 0; i < reference.Length; i++)
        {
            if (reference[i] != 0 || production[i] != 0) sum += Term(reference[i], production[i], n, m);
        }

        return (sum, bins);
    }

    /// <summary>What each bin adds to the index: (q − p)·ln(q/p), never negative. 0 for a bin empty on both sides, and for one bin alone.</summary>
    public static double[] Contributions(ReadOnlySpan<long> reference, ReadOnlySpan<long> production)
    {
        var (bins, referenceRows, productionRows) = Totals(reference, production);
        var terms = new double[reference.Length];
        if (bins <= 1) return terms;
        double n = referenceRows + (0.5 * bins), m = productionRows + (0.5 * bins);
        for (var i = 0; i < terms.Length; i++)
        {
            if (reference[i] != 0 || production[i] != 0) terms[i] = Term(reference[i], production[i], n, m);
        }

        return terms;
    }

    /// <summary>χ²_{confidence, B−1}·(1/N + 1/M): what PSI stays below without any drift; 0 for one bin.</summary>
    public static double NoiseFloor(int bins, long referenceRows, long productionRows, double confidence = 0.99) =>
        bins <= 1 ? 0 : ChiSquared.InvCDF(bins - 1, confidence) * ((1.0 / referenceRows) + (1.0 / productionRows));

    /// <summary>
    /// χ²_{1−0.001/(F·L), B−1, λ}·(1/N + 1/M), λ = known/(1/N + 1/M): a PSI at or below it is no evidence of drift, however often one looks.
    /// </summary>
    /// <remarks>
    /// PSI/(1/N + 1/M) follows about a noncentral χ² where the distributions differ. Without known differences λ is 0; with them a window
    /// that differs as much as the reference does within itself lies by chance above it half of the time, so the limit lies higher by chance's share.
    /// </remarks>
    /// <param name="bins">B, the bins not empty on both sides; with one bin there is nothing to differ.</param>
    /// <param name="features">F, features looked at.</param>
    /// <param name="looks">L, evaluations per window length.</param>
    /// <param name="known">The PSI that the reference's own chunks reach; 0 where it is not known. The result is not below it.</param>
    /// <returns>+∞ where a side has no rows.</returns>
    public static double SignificanceLimit(int bins, long referenceRows, long productionRows, int features, int looks, double known = 0)
    {
        if (referenceRows <= 0 || productionRows <= 0) return double.PositiveInfinity;
        if (bins <= 1) return known;
        var confidence = 1 - (0.001 / ((double)Math.Max(features, 1) * Math.Max(looks, 1)));
        var scale = (1.0 / referenceRows) + (1.0 / productionRows);
        return NoncentralChiSquared.Quantile(bins - 1, known / scale, confidence) * scale;
    }

    /// <param name="n">Smoothed rows of the reference, N + ½B; <paramref name="m"/> those of production.</param>
    private static double Term(long reference, long production, double n, double m)
    {
        var p = (reference + 0.5) / n;
        var q = (production + 0.5) / m;
        return (q - p) * Math.Log(q / p);
    }

    private static (int Bins, long Reference, long Production) Totals(ReadOnlySpan<long> reference, ReadOnlySpan<long> production)
    {
        if (reference.Length != production.Length) throw new ArgumentException($"{production.Length} production bins cannot be compared with {reference.Length} of the reference.", nameof(production));
        var bins = 0;
        long n = 0, m = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            n += reference[i];
            m += production[i];
            if (reference[i] != 0 || production[i] != 0) bins++;
        }

        return (bins, n, m);
    }
}
