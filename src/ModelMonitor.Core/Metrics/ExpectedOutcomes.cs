using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>What labels are to be expected of scored rows, if the hold-out's calibration still holds: sums over score bins.</summary>
public sealed class ExpectedOutcomes
{
    private readonly ScoreBins _bins;
    private readonly ScoreCalibration _calibration;
    private readonly int[] _blocks;

    private ExpectedOutcomes(ScoreBins bins, ScoreCalibration calibration, int[] blocks) => (_bins, _calibration, _blocks) = (bins, calibration, blocks);

    /// <summary>Bins with rows, in ascending order of score.</summary>
    public required IReadOnlyList<ExpectedBin> Bins { get; init; }

    public required long Rows { get; init; }

    /// <summary>Σ n_b·p_b.</summary>
    public required double Positives { get; init; }

    public double Negatives => Rows - Positives;

    /// <param name="rows">Per score bin.</param>
    public static ExpectedOutcomes Of(ReadOnlySpan<long> rows, ScoreBins bins, ScoreCalibration calibration)
    {
        ArgumentNullException.ThrowIfNull(bins);
        ArgumentNullException.ThrowIfNull(calibration);
        if (rows.Length != bins.Edges.Bins) throw new ShapeMismatchException("The scores were counted on other score bins.");
        var blocks = calibration.BlocksOf(bins);
        List<ExpectedBin> expected = [];
        long total = 0;
        double positives = 0;
        for (var bin = 0; bin < rows.Length; bin++)
        {
            if (rows[bin] == 0) continue;
            var (low, high) = EndsOf(bins, bin);
            var middle = (low + high) / 2;
            var p = calibration.Isotonic ? calibration.ShareOf(blocks[bin]) : Math.Clamp(middle, 0, 1);
            expected.Add(new(bin, rows[bin], p, low, middle, high));
            total += rows[bin];
            positives += rows[bin] * p;
        }

        return new(bins, calibration, blocks) { Bins = expected, Rows = total, Positives = positives };
    }

    public bool IsPredictedPositive(ExpectedBin bin) => bin.Bin >= _bins.FirstPositive;

    /// <summary>
    /// √(Σ_b g_b²·n_b·p_b·(1−p_b) + Σ_k (Σ_{b in block k} n_b·g_b)²·v_k) for a metric whose derivative by the positives of bin b is g_b: labels fall
    /// by chance given the scores, and block k's share of positives is known up to the variance v_k of its hold-out rows.
    /// </summary>
    public double StandardError(IReadOnlyList<double> gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        double chance = 0;
        var byBlock = new double[_calibration.Rows.Count];
        for (var i = 0; i < Bins.Count; i++)
        {
            var (bin, rows, p) = (Bins[i].Bin, (double)Bins[i].Rows, Bins[i].Probability);
            chance += gradient[i] * gradient[i] * rows * p * (1 - p);
            byBlock[_blocks[bin]] += rows * gradient[i];
        }

        double calibration = 0;
        for (var k = 0; k < byBlock.Length; k++) calibration += byBlock[k] * byBlock[k] * _calibration.VarianceOf(k);
        return Math.Sqrt(chance + calibration);
    }

    /// <summary>A bin's ends; the outer ones end where the score range does.</summary>
    private static (double Low, double High) EndsOf(ScoreBins bins, int bin)
    {
        var edges = bins.Edges.Values;
        var low = bin == 0 ? Math.Min(bins.Low, edges[0]) : edges[bin - 1];
        var high = bin == edges.Length ? Math.Max(bins.High, edges[^1]) : edges[bin];
        return (low, high);
    }
}

/// <summary>The rows of a score bin and what to expect of each.</summary>
/// <param name="Bin">Its index.</param>
/// <param name="Probability">That a row's label is positive.</param>
/// <param name="Low">Lower end of its scores.</param>
/// <param name="Middle">What stands for the score of each row: at most half a bin away.</param>
/// <param name="High">Upper end of its scores.</param>
public readonly record struct ExpectedBin(int Bin, long Rows, double Probability, double Low, double Middle, double High);
