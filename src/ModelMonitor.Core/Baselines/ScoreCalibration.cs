using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Baselines;

/// <summary>How a score becomes the probability of a positive label, learned on the hold-out; its steps are score-bin edges.</summary>
/// <remarks>It changes estimates only, never where a row is counted, so it is no part of the shape's hash.</remarks>
public sealed record ScoreCalibration
{
    /// <summary>Isotonic: each block's share of positives. False: the score itself is the probability, and blocks only say how well that is known.</summary>
    public required bool Isotonic { get; init; }

    /// <summary>Inner edges of the blocks, each an edge of the score bins; a score above an edge belongs to the block behind it.</summary>
    public required IReadOnlyList<double> Edges { get; init; }

    /// <summary>Hold-out rows per block, one block more than there are edges.</summary>
    public required IReadOnlyList<long> Rows { get; init; }

    /// <summary>Positive hold-out rows per block.</summary>
    public required IReadOnlyList<long> Positives { get; init; }

    /// <summary>Expected calibration error of the raw scores; null where they are no probabilities.</summary>
    public double? EceRaw { get; init; }

    /// <summary>That of isotonic values, each row's from a fit on the folds it is not in.</summary>
    public required double EceCalibrated { get; init; }

    /// <summary>Labelled hold-out rows with a score.</summary>
    public required long FittedRows { get; init; }

    /// <summary>Share of positives in a block; 0 in one without rows, which isotonic calibration does not have.</summary>
    public double ShareOf(int block) => Rows[block] == 0 ? 0 : (double)Positives[block] / Rows[block];

    /// <summary>How uncertain a block's share is: the variance of Jeffreys' posterior Beta(k + ½, m − k + ½), which no block's luck makes 0.</summary>
    public double VarianceOf(int block)
    {
        double rows = Rows[block];
        var share = (Positives[block] + 0.5) / (rows + 1);
        return share * (1 - share) / (rows + 2);
    }

    /// <summary>The block of each score bin.</summary>
    /// <exception cref="ShapeMismatchException">A step is no edge of the score bins.</exception>
    public int[] BlocksOf(ScoreBins bins)
    {
        ArgumentNullException.ThrowIfNull(bins);
        var blocks = new int[bins.Edges.Bins];
        var block = 0;
        for (var bin = 1; bin < blocks.Length; bin++)
        {
            if (block < Edges.Count && bins.Edges.Values[bin - 1] == Edges[block]) block++;
            blocks[bin] = block;
        }

        return block == Edges.Count ? blocks : throw new ShapeMismatchException($"The calibration's step at {Edges[block]} is no edge of the score bins.");
    }
}
