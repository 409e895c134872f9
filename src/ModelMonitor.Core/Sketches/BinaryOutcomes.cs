using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Core.Sketches;

/// <summary>Labelled rows of a binary model: counts per score bin and class, and exact sums of log loss, Brier score and calibration.</summary>
public sealed partial class BinaryOutcomes : OutcomeSketch
{
    public const int CalibrationBins = 10;

    private const int MaxBins = 1 << 16;
    private const double LeastProbability = 1e-15;

    private readonly ScoreBins? _bins;
    private readonly BinCounts _positives;
    private readonly BinCounts _negatives;

    /// <param name="bins">The baseline's score bins.</param>
    public BinaryOutcomes(ScoreBins bins)
        : this(new BinCounts(bins.Edges.Bins), new BinCounts(bins.Edges.Bins)) => _bins = bins;

    private BinaryOutcomes(BinCounts positives, BinCounts negatives) => (_positives, _negatives) = (positives, negatives);

    /// <summary>Positive rows per score bin.</summary>
    public ReadOnlySpan<long> Positives => _positives.Values;

    /// <summary>Negative rows per score bin.</summary>
    public ReadOnlySpan<long> Negatives => _negatives.Values;

    public long PositiveRows => _positives.Total;

    public long NegativeRows => _negatives.Total;

    public override long Rows => PositiveRows + NegativeRows;

    /// <summary>Rows whose score is no probability: outside [0, 1]. They have no log loss, Brier score or calibration.</summary>
    public long NotProbabilities { get; private set; }

    public ExactSum LogLoss { get; } = new();

    public ExactSum LogLossSquares { get; } = new();

    public ExactSum Brier { get; } = new();

    public ExactSum BrierSquares { get; } = new();

    /// <summary>Per calibration bin [0, 0.1) … [0.9, 1]: rows, positives, sum of scores.</summary>
    public CalibrationBin[] Calibration { get; } = [.. Enumerable.Range(0, CalibrationBins).Select(_ => new CalibrationBin())];

    /// <remarks>Log loss clips the probability to [1e-15, 1 − 1e-15], natural logarithm.</remarks>
    public override void Add(double score, double label, int sign = 1)
    {
        if (_bins is null) throw new InvalidOperationException("State that was read back can be merged, not added to.");
        var positive = label > 0;
        (positive ? _positives : _negatives).Add(_bins.Edges.BinOf(score), sign);
        if (score is < 0 or > 1)
        {
            NotProbabilities += sign;
            return;
        }

        var clipped = Math.Clamp(score, LeastProbability, 1 - LeastProbability);
        var loss = -NaturalLog.Of(positive ? clipped : 1 - clipped);
        LogLoss.Add(loss, sign);
        LogLossSquares.Add(loss * loss, sign);
        var error = score - (positive ? 1 : 0);
        var brier = error * error;
        Brier.Add(brier, sign);
        BrierSquares.Add(brier * brier, sign);
        Calibration[CalibrationBinOf(score)].Add(score, positive, sign);
    }

    public override bool HasShapeOf(OutcomeSketch other) => other is BinaryOutcomes binary && binary._positives.Bins == _positives.Bins;

    public override void Merge(OutcomeSketch other)
    {
        if (other is not BinaryOutcomes binary || binary._positives.Bins != _positives.Bins)
            throw new ShapeMismatchException("Outcomes on other score bins, or of another task, cannot be added.");
        _positives.Merge(binary._positives);
        _negatives.Merge(binary._negatives);
        NotProbabilities += binary.NotProbabilities;
        LogLoss.Merge(binary.LogLoss);
        LogLossSquares.Merge(binary.LogLossSquares);
        Brier.Merge(binary.Brier);
        BrierSquares.Merge(binary.BrierSquares);
        for (var i = 0; i < CalibrationBins; i++) Calibration[i].Merge(binary.Calibration[i]);
    }

    public override bool TrySubtract(OutcomeSketch other)
    {
        if (other is not BinaryOutcomes binary || binary._positives.Bins != _positives.Bins) return false;
        _positives.Merge(binary._positives, -1);
        _negatives.Merge(binary._negatives, -1);
        NotProbabilities -= binary.NotProbabilities;
        LogLoss.Subtract(binary.LogLoss);
        LogLossSquares.Subtract(binary.LogLossSquares);
        Brier.Subtract(binary.Brier);
        BrierSquares.Subtract(binary.BrierSquares);
        for (var i = 0; i < CalibrationBins; i++) Calibration[i].Subtract(binary.Calibration[i]);
        return true;
    }

    public override void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _positives.Write(writer);
        _negatives.Write(writer);
        writer.Signed(NotProbabilities);
        LogLoss.Write(writer);
        LogLossSquares.Write(writer);
        Brier.Write(writer);
        BrierSquares.Write(writer);
        foreach (var bin in Calibration) bin.Write(writer);
    }

    /// <exception cref="StateFormatException">The bytes are not outcomes of a binary model.</exception>
    public static BinaryOutcomes Read(ref StateReader reader)
    {
        var positives = BinCounts.Read(ref reader, MaxBins);
        var negatives = BinCounts.Read(ref reader, MaxBins);
        if (positives.Bins != negatives.Bins) throw new StateFormatException("Positive and negative rows have different bins.");
        var outcomes = new BinaryOutcomes(positives, negatives);
        outcomes.NotProbabilities = reader.Signed();
        outcomes.LogLoss.Merge(ExactSum.Read(ref reader));
        outcomes.LogLossSquares.Merge(ExactSum.Read(ref reader));
        outcomes.Brier.Merge(ExactSum.Read(ref reader));
        outcomes.BrierSquares.Merge(ExactSum.Read(ref reader));
        foreach (var bin in outcomes.Calibration) bin.Merge(CalibrationBin.Read(ref reader));
        return outcomes;
    }

    /// <summary>The bin by comparison with the very edges i/10, so that 0.3 falls where a reader of the definition expects it.</summary>
    internal static int CalibrationBinOf(double score)
    {
        var bin = 0;
        while (bin < CalibrationBins - 1 && score >= (bin + 1) / 10.0) bin++;
        return bin;
    }
}

/// <summary>One bin of the reliability diagram.</summary>
public sealed class CalibrationBin : IMergeable<CalibrationBin>
{
    public long Rows { get; private set; }

    public long Positives { get; private set; }

    public ExactSum Scores { get; } = new();

    public void Add(double score, bool positive, int sign)
    {
        Rows += sign;
        if (positive) Positives += sign;
        Scores.Add(score, sign);
    }

    internal void AddRows(long rows, long positives)
    {
        Rows += rows;
        Positives += positives;
    }

    public void Merge(CalibrationBin other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Rows += other.Rows;
        Positives += other.Positives;
        Scores.Merge(other.Scores);
    }

    public void Subtract(CalibrationBin other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Rows -= other.Rows;
        Positives -= other.Positives;
        Scores.Subtract(other.Scores);
    }

    public void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Signed(Rows);
        writer.Signed(Positives);
        Scores.Write(writer);
    }

    public static CalibrationBin Read(ref StateReader reader)
    {
        var bin = new CalibrationBin { Rows = reader.Signed(), Positives = reader.Signed() };
        bin.Scores.Merge(ExactSum.Read(ref reader));
        return bin;
    }
}
