using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Core.Sketches;

/// <summary>The score histogram's bins and the decision threshold, frozen in the baseline.</summary>
/// <remarks>
/// The threshold and the ten calibration steps are edges, so decisions and calibration are sums over counts. At least 4 096 bins:
/// equal-width ones over the score range, merged with percentiles of the reference scores.
/// </remarks>
public sealed class ScoreBins
{
    public const int EqualWidth = 4096;

    /// <param name="low">Lower end of the equal-width bins.</param>
    /// <param name="high">Upper end, above <paramref name="low"/>.</param>
    /// <param name="percentiles">Further edges, ascending.</param>
    /// <param name="threshold">A score at or above it predicts positive.</param>
    public ScoreBins(double low, double high, IReadOnlyList<double> percentiles, double threshold)
    {
        if (!(high > low)) throw new ArgumentException($"The score range [{low}, {high}] is empty.", nameof(high));
        (Low, High, Percentiles, Threshold) = (low, high, percentiles, threshold);
        var edges = new SortedSet<double>(percentiles) { BinEdges.AtOrAbove(threshold) };
        for (var i = 1; i < EqualWidth; i++) edges.Add(BinEdges.AtOrAbove(low + ((high - low) * i / EqualWidth)));
        for (var i = 1; i < 10; i++) edges.Add(BinEdges.AtOrAbove(i / 10.0));
        Edges = new BinEdges(edges);
        FirstPositive = Edges.BinOf(threshold);
    }

    private byte[]? _calibrationBins;
    private (bool Tried, ScoreCells? Cells) _cells;

    public double Low { get; }

    public double High { get; }

    public IReadOnlyList<double> Percentiles { get; }

    public double Threshold { get; }

    public BinEdges Edges { get; }

    /// <summary>The first bin whose scores predict positive.</summary>
    public int FirstPositive { get; }

    /// <summary>Finds the bins of many scores; null where the edges are too uneven.</summary>
    internal ScoreCells? Cells
    {
        get
        {
            if (!_cells.Tried) _cells = (true, ScoreCells.TryMake(Edges.Values));
            return _cells.Cells;
        }
    }

    /// <summary>The calibration bin that each score bin lies in: the calibration steps are edges.</summary>
    internal byte[] CalibrationBinOf => _calibrationBins ??= [.. Enumerable.Range(0, Edges.Bins).Select(CalibrationBin)];

    private byte CalibrationBin(int bin) => (byte)BinaryOutcomes.CalibrationBinOf(bin < Edges.Values.Length ? Edges.Values[bin] : double.PositiveInfinity);
}
