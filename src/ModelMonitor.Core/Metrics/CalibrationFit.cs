using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Learns a calibration from a hold-out: isotonic where that lowers the calibration error on rows it was not fitted on, else none.</summary>
/// <remarks>
/// Five folds by row number: row i is judged by the fit on all rows whose number differs from i modulo 5. What is kept is the fit on all
/// rows. Blocks of an identity are the ten calibration steps.
/// </remarks>
public static class CalibrationFit
{
    public const int Folds = 5;

    /// <param name="rows">Scores with their label, in the order of the file; what cannot be counted is left out.</param>
    /// <returns>Null with fewer than 30 rows of a class: too few to learn from.</returns>
    public static ScoreCalibration? Of(IEnumerable<(double Score, bool Positive)> rows, ScoreBins bins)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(bins);
        var known = rows.Where(row => OutcomeSketch.CanCount(row.Score, 0)).Select(row => new Row(row.Score, bins.Edges.BinOf(row.Score), row.Positive)).ToArray();
        var positives = known.LongCount(row => row.Positive);
        if (Math.Min(positives, known.Length - positives) < LabelMaturity.LeastPerClass) return null;
        double? raw = known.All(row => row.Score is >= 0 and <= 1) ? Ece(known, known.Select(row => row.Score)) : null;
        var calibrated = Ece(known, CrossFitted(known, bins));
        var isotonic = raw is null || calibrated < raw;
        var (all, hits) = Count(known, bins, _ => true);
        var starts = isotonic ? [.. IsotonicRegression.Fit(all, hits).Skip(1).Select(block => block.FirstBin)] : Steps(bins);
        int[] ends = [.. starts, all.Length];
        return new()
        {
            Isotonic = isotonic,
            Edges = [.. starts.Select(bin => bins.Edges.Values[bin - 1])],
            Rows = [.. ends.Select((end, i) => all[(i == 0 ? 0 : ends[i - 1])..end].Sum())],
            Positives = [.. ends.Select((end, i) => hits[(i == 0 ? 0 : ends[i - 1])..end].Sum())],
            EceRaw = raw,
            EceCalibrated = calibrated,
            FittedRows = known.Length,
        };
    }

    private static IEnumerable<double> CrossFitted(Row[] rows, ScoreBins bins)
    {
        var fits = Enumerable.Range(0, Folds).Select(fold =>
        {
            var (all, hits) = Count(rows, bins, i => i % Folds != fold);
            return IsotonicRegression.Fit(all, hits);
        }).ToArray();
        return rows.Select((row, i) => ValueAt(fits[i % Folds], row.Bin));
    }

    private static double ValueAt(IReadOnlyList<IsotonicBlock> blocks, int bin)
    {
        int low = 0, high = blocks.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (blocks[middle].FirstBin <= bin) low = middle;
            else high = middle - 1;
        }

        return blocks[low].Share;
    }

    private static (long[] Rows, long[] Positives) Count(Row[] rows, ScoreBins bins, Func<int, bool> include)
    {
        var (all, hits) = (new long[bins.Edges.Bins], new long[bins.Edges.Bins]);
        for (var i = 0; i < rows.Length; i++)
        {
            if (!include(i)) continue;
            all[rows[i].Bin]++;
            if (rows[i].Positive) hits[rows[i].Bin]++;
        }

        return (all, hits);
    }

    /// <summary>As <see cref="ProbabilityMetrics.Ece"/>, of any probabilities of the rows.</summary>
    private static double Ece(Row[] rows, IEnumerable<double> probabilities)
    {
        var bins = Enumerable.Range(0, BinaryOutcomes.CalibrationBins).Select(_ => new CalibrationBin()).ToArray();
        foreach (var (row, p) in rows.Zip(probabilities)) bins[BinaryOutcomes.CalibrationBinOf(p)].Add(p, row.Positive, 1);
        return bins.Sum(bin => Math.Abs(bin.Scores.Value - bin.Positives)) / rows.Length;
    }

    /// <summary>First bins of the calibration steps above the first.</summary>
    private static int[] Steps(ScoreBins bins) =>
        [.. Enumerable.Range(1, BinaryOutcomes.CalibrationBins - 1).Select(i => bins.Edges.BinOf(i / 10.0))];

    private readonly record struct Row(double Score, int Bin, bool Positive);
}
