namespace ModelMonitor.Core.Sketches;

/// <summary>Labelled rows of a multiclass model: each class against the rest per score bin, the confusion matrix, and exact sums of log loss.</summary>
/// <remarks>Everything is a signed sum and sparse while it is small, so that a pane of few rows stays small with many classes.</remarks>
public sealed class MulticlassOutcomes : OutcomeSketch
{
    /// <summary>The confusion matrix grows with the square of the classes.</summary>
    public const int MaxClasses = 1000;

    /// <summary>Probabilities that sum to 1 within this are such: what was rounded to a few digits, or computed in float16, still counts.</summary>
    public const double SumTolerance = 0.01;

    private const int MaxBins = 1 << 16;

    private readonly ScoreBins? _bins;
    private readonly BinCounts[] _positives;
    private readonly BinCounts[] _negatives;
    private readonly BinCounts _confusion;

    /// <param name="classes">How many there are, at least 2.</param>
    /// <param name="bins">The baseline's score bins, the same for every class.</param>
    public MulticlassOutcomes(int classes, ScoreBins bins)
        : this(classes, (bins ?? throw new ArgumentNullException(nameof(bins))).Edges.Bins) => _bins = bins;

    private MulticlassOutcomes(int classes, int bins)
        : this(Empty(classes, bins), Empty(classes, bins), new BinCounts(classes * classes))
    {
    }

    private MulticlassOutcomes(BinCounts[] positives, BinCounts[] negatives, BinCounts confusion) =>
        (_positives, _negatives, _confusion) = (positives, negatives, confusion);

    public int Classes => _positives.Length;

    public override long Rows => _confusion.Total;

    /// <summary>Rows whose values are no probabilities: outside [0, 1], or not summing to 1. They have no log loss.</summary>
    public long NotProbabilities { get; private set; }

    public ExactSum LogLoss { get; } = new();

    public ExactSum LogLossSquares { get; } = new();

    /// <summary>The class with the highest probability, the first of equal ones; −1 where a value is not finite or too large to be counted.</summary>
    public static int Predicted(ReadOnlySpan<double> probabilities)
    {
        var best = -1;
        for (var k = 0; k < probabilities.Length; k++)
        {
            if (!CanCount(probabilities[k], 0)) return -1;
            if (best < 0 || probabilities[k] > probabilities[best]) best = k;
        }

        return best;
    }

    /// <summary>Labelled rows of a class.</summary>
    public long RowsOf(int label) => _positives[label].Total;

    /// <summary>Labelled rows of each class, in their order.</summary>
    public long[] ClassRows() => [.. _positives.Select(counts => counts.Total)];

    /// <summary>A class against the rest: rows of it and rows of others per score bin, bins in ascending order, without empty ones.</summary>
    public IReadOnlyList<ScoreGroup> Against(int label)
    {
        var groups = new SortedDictionary<int, (long Positive, long Negative)>();
        foreach (var (bin, count) in _positives[label].Used()) groups[bin] = (count, 0);
        foreach (var (bin, count) in _negatives[label].Used()) groups[bin] = (groups.GetValueOrDefault(bin).Positive, count);
        return [.. groups.Select(g => new ScoreGroup(g.Key, g.Value.Positive, g.Value.Negative))];
    }

    /// <summary>Cells of the confusion matrix that are not 0.</summary>
    public IEnumerable<(int Label, int Predicted, long Rows)> Confusion() => _confusion.Used().Select(c => (c.Bin / Classes, c.Bin % Classes, c.Count));

    /// <summary>A single score says nothing of the other classes.</summary>
    public override void Add(double score, double label, int sign = 1) => throw new InvalidOperationException("A multiclass model's row needs the probability of every class.");

    /// <summary>Adds a labelled row, or takes it back; what cannot be counted is left out either way.</summary>
    /// <param name="probabilities">One per class.</param>
    /// <param name="label">The class by its place.</param>
    /// <remarks>Log loss −ln p of the label's class, p clipped to [1e-15, 1 − 1e-15].</remarks>
    public void Add(ReadOnlySpan<double> probabilities, double label, int sign = 1)
    {
        if (_bins is null) throw new InvalidOperationException("State that was read back can be merged, not added to.");
        if (probabilities.Length != Classes || !(label >= 0 && label < Classes) || label != Math.Floor(label) || Predicted(probabilities) is not (>= 0 and var predicted)) return;
        var actual = (int)label;
        _confusion.Add((actual * Classes) + predicted, sign);
        var (sum, within) = (0.0, true);
        for (var k = 0; k < Classes; k++)
        {
            (k == actual ? _positives : _negatives)[k].Add(_bins.Edges.BinOf(probabilities[k]), sign);
            sum += probabilities[k];
            within &= probabilities[k] is >= 0 and <= 1;
        }

        if (!within || Math.Abs(sum - 1) > SumTolerance)
        {
            NotProbabilities += sign;
            return;
        }

        var loss = -Math.Log(Math.Clamp(probabilities[actual], 1e-15, 1 - 1e-15));
        LogLoss.Add(loss, sign);
        LogLossSquares.Add(loss * loss, sign);
    }

    public override bool HasShapeOf(OutcomeSketch other) => other is MulticlassOutcomes m && m.Classes == Classes && m._positives[0].Bins == _positives[0].Bins;

    public override void Merge(OutcomeSketch other)
    {
        if (!HasShapeOf(other)) throw new ShapeMismatchException("Outcomes of other classes or score bins, or of another task, cannot be added.");
        Add((MulticlassOutcomes)other, 1);
    }

    public override bool TrySubtract(OutcomeSketch other)
    {
        if (!HasShapeOf(other)) return false;
        Add((MulticlassOutcomes)other, -1);
        return true;
    }

    public override void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Count(Classes);
        foreach (var counts in _positives) counts.Write(writer);
        foreach (var counts in _negatives) counts.Write(writer);
        _confusion.Write(writer);
        writer.Signed(NotProbabilities);
        LogLoss.Write(writer);
        LogLossSquares.Write(writer);
    }

    /// <exception cref="StateFormatException">The bytes are not outcomes of a multiclass model.</exception>
    public static MulticlassOutcomes Read(ref StateReader reader)
    {
        var classes = reader.Count(MaxClasses);
        if (classes < 2) throw new StateFormatException($"Outcomes of {classes} classes are unknown.");
        var counts = new BinCounts[2 * classes];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = BinCounts.Read(ref reader, MaxBins);
            if (counts[i].Bins != counts[0].Bins) throw new StateFormatException("The classes have different bins.");
        }

        var confusion = BinCounts.Read(ref reader, MaxClasses * MaxClasses);
        if (confusion.Bins != classes * classes) throw new StateFormatException($"A confusion matrix of {confusion.Bins} cells does not fit {classes} classes.");
        var outcomes = new MulticlassOutcomes(counts[..classes], counts[classes..], confusion) { NotProbabilities = reader.Signed() };
        outcomes.LogLoss.Merge(ExactSum.Read(ref reader));
        outcomes.LogLossSquares.Merge(ExactSum.Read(ref reader));
        return outcomes;
    }

    private static BinCounts[] Empty(int classes, int bins) => classes is >= 2 and <= MaxClasses
        ? [.. Enumerable.Range(0, classes).Select(_ => new BinCounts(bins))]
        : throw new ArgumentOutOfRangeException(nameof(classes), classes, $"A multiclass model has from 2 to {MaxClasses} classes.");

    private void Add(MulticlassOutcomes other, int sign)
    {
        for (var k = 0; k < Classes; k++)
        {
            _positives[k].Merge(other._positives[k], sign);
            _negatives[k].Merge(other._negatives[k], sign);
        }

        _confusion.Merge(other._confusion, sign);
        NotProbabilities += sign * other.NotProbabilities;
        if (sign > 0)
        {
            LogLoss.Merge(other.LogLoss);
            LogLossSquares.Merge(other.LogLossSquares);
        }
        else
        {
            LogLoss.Subtract(other.LogLoss);
            LogLossSquares.Subtract(other.LogLossSquares);
        }
    }
}
