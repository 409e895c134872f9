namespace ModelMonitor.Core.Sketches;

/// <summary>Labelled rows of a regression model: exact sums of errors, predictions and labels. Error = prediction − label.</summary>
public sealed class RegressionOutcomes : OutcomeSketch
{
    private long _rows;

    public override long Rows => _rows;

    public ExactSum Errors { get; } = new();

    public ExactSum AbsoluteErrors { get; } = new();

    public ExactSum SquaredErrors { get; } = new();

    /// <summary>Σ error⁴, for the standard error of the MSE.</summary>
    public ExactSum FourthPowers { get; } = new();

    public ExactSum Predictions { get; } = new();

    public ExactSum PredictionSquares { get; } = new();

    public ExactSum Labels { get; } = new();

    public ExactSum LabelSquares { get; } = new();

    private IEnumerable<ExactSum> Sums => [Errors, AbsoluteErrors, SquaredErrors, FourthPowers, Predictions, PredictionSquares, Labels, LabelSquares];

    public override void Add(double score, double label, int sign = 1)
    {
        _rows += sign;
        var error = score - label;
        Errors.Add(error, sign);
        AbsoluteErrors.Add(Math.Abs(error), sign);
        SquaredErrors.AddSquare(error, sign);
        FourthPowers.AddSquare(error * error, sign);
        Predictions.Add(score, sign);
        PredictionSquares.AddSquare(score, sign);
        Labels.Add(label, sign);
        LabelSquares.AddSquare(label, sign);
    }

    public override bool HasShapeOf(OutcomeSketch other) => other is RegressionOutcomes;

    public override void Merge(OutcomeSketch other)
    {
        if (other is not RegressionOutcomes regression) throw new ShapeMismatchException("Outcomes of another task cannot be added.");
        _rows += regression._rows;
        foreach (var (mine, theirs) in Sums.Zip(regression.Sums)) mine.Merge(theirs);
    }

    public override bool TrySubtract(OutcomeSketch other)
    {
        if (other is not RegressionOutcomes regression) return false;
        _rows -= regression._rows;
        foreach (var (mine, theirs) in Sums.Zip(regression.Sums)) mine.Subtract(theirs);
        return true;
    }

    public override void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Signed(_rows);
        foreach (var sum in Sums) sum.Write(writer);
    }

    /// <exception cref="StateFormatException">The bytes are not outcomes of a regression model.</exception>
    public static RegressionOutcomes Read(ref StateReader reader)
    {
        var outcomes = new RegressionOutcomes { _rows = reader.Signed() };
        foreach (var sum in outcomes.Sums) sum.Merge(ExactSum.Read(ref reader));
        return outcomes;
    }
}
