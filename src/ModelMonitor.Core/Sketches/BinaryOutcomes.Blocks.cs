using System.Runtime.Intrinsics;
using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Core.Sketches;

public sealed partial class BinaryOutcomes
{
    /// <summary>Rows whose values stay in the nearest cache.</summary>
    private const int BlockRows = 1024;

    /// <summary>Rows from which on the tables of a call pay.</summary>
    private const int ManyRows = 4 * BlockRows;

    /// <summary>A score plus this shows the score as an integer of 2^−51 in its last bits.</summary>
    private const double Raise = 2.0;

    private const int Lanes = 4;

    /// <summary>Adds many labelled rows: the digits are those of <see cref="Add"/> row by row.</summary>
    /// <param name="scores">Each can be counted: <see cref="OutcomeSketch.CanCount"/>.</param>
    /// <param name="labels">One per score; above 0: positive.</param>
    public void AddAll(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        if (scores.Length != labels.Length) throw new ArgumentException($"{scores.Length} scores have {labels.Length} labels.", nameof(labels));
        if (scores.Length < ManyRows || _bins?.Cells is not { } cells)
        {
            AddEach(scores, labels);
            return;
        }

        var block = new Block(_positives.Bins);
        for (var start = 0; start < scores.Length; start += BlockRows)
        {
            var length = Math.Min(BlockRows, scores.Length - start);
            var some = scores.Slice(start, length);
            var theirs = labels.Slice(start, length);
            if (length < BlockRows || some.ContainsAnyExceptInRange(0, 1)) AddEach(some, theirs);
            else AddBlock(some, theirs, cells, block);
        }

        for (var bin = 0; bin < _positives.Bins; bin++)
        {
            var (negative, positive) = (block.Counts[2 * bin], block.Counts[(2 * bin) + 1]);
            if (negative == 0 && positive == 0) continue;
            if (negative != 0) _negatives.Add(bin, negative);
            if (positive != 0) _positives.Add(bin, positive);
            Calibration[_bins.CalibrationBinOf[bin]].AddRows(negative + positive, positive);
        }
    }

    private void AddEach(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        for (var i = 0; i < scores.Length; i++) Add(scores[i], labels[i]);
    }

    private void AddBlock(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels, ScoreCells cells, Block block)
    {
        cells.BinsOf(scores, block.Bins);
        Span<long> sums = stackalloc long[CalibrationBins * Lanes];
        sums.Clear();
        var zero = BitConverter.DoubleToInt64Bits(Raise);
        var (bins, counts, calibrationBins) = (block.Bins, block.Counts, _bins!.CalibrationBinOf);
        for (var i = 0; i < scores.Length; i++)
        {
            var bin = bins[i];
            counts[(2 * bin) + (labels[i] > 0 ? 1 : 0)]++;
            // Neighbours add into different lanes: they needn't wait for each other.
            sums[(calibrationBins[bin] * Lanes) + (i & (Lanes - 1))] += BitConverter.DoubleToInt64Bits(scores[i] + Raise) - zero;
        }

        for (var c = 0; c < CalibrationBins; c++)
        {
            var sum = sums[c * Lanes] + sums[(c * Lanes) + 1] + sums[(c * Lanes) + 2] + sums[(c * Lanes) + 3];
            if (sum != 0) Calibration[c].Scores.AddUnits(sum, -51);
        }

        var (losses, errors) = (block.Losses, block.Errors);
        var least = Vector256.Create(LeastProbability);
        var greatest = Vector256.Create(1 - LeastProbability);
        var raise = Vector256.Create(Raise);
        for (var i = 0; i < scores.Length; i += Vector256<double>.Count)
        {
            var score = Vector256.Create(scores.Slice(i, Vector256<double>.Count));
            var lost = score - (score + raise - raise);
            if (lost != Vector256<double>.Zero) AddLost(lost, bins.AsSpan(i));
            var positive = Vector256.GreaterThan(Vector256.Create(labels.Slice(i, Vector256<double>.Count)), Vector256<double>.Zero);
            var clipped = Vector256.Min(Vector256.Max(score, least), greatest);
            var loss = -NaturalLog.Of(Vector256.ConditionalSelect(positive, clipped, Vector256<double>.One - clipped));
            loss.CopyTo(losses, i);
            var error = score - (positive & Vector256<double>.One);
            (error * error).CopyTo(errors, i);
        }

        AddWithSquares(LogLoss, LogLossSquares, losses);
        AddWithSquares(Brier, BrierSquares, errors);
    }

    /// <summary>What of small scores lies below 2^−51.</summary>
    private void AddLost(Vector256<double> lost, ReadOnlySpan<int> bins)
    {
        for (var lane = 0; lane < Vector256<double>.Count; lane++) Calibration[_bins!.CalibrationBinOf[bins[lane]]].Scores.Add(lost[lane]);
    }

    private static void AddWithSquares(ExactSum sum, ExactSum squares, double[] values)
    {
        ExactBlock.Add(sum, values);
        for (var i = 0; i < values.Length; i += Vector256<double>.Count)
        {
            var value = Vector256.Create(values, i);
            (value * value).CopyTo(values, i);
        }

        ExactBlock.Add(squares, values);
    }

    private sealed class Block(int bins)
    {
        /// <summary>Per score bin: negative rows, positive rows.</summary>
        public long[] Counts { get; } = new long[2 * bins];

        public int[] Bins { get; } = new int[BlockRows];

        public double[] Losses { get; } = new double[BlockRows];

        public double[] Errors { get; } = new double[BlockRows];
    }
}
