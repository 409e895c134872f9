namespace ModelMonitor.Core.Sketches;

/// <summary>When a logged score and the one computed here are not the same score.</summary>
public static class ServingSkew
{
    /// <summary>What rounding explains of a probability, or relative to a score: another device or reduced precision moves scores by parts in ten thousand, other inputs move them by more.</summary>
    public const double Tolerance = 1e-3;

    /// <summary>The largest difference that rounding explains: a thousandth of the score plus a thousandth of the range of the reference's scores (where there is none, of one).</summary>
    public static double ToleranceOf(double score, NumericShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var range = shape.Maximum - shape.Minimum;
        return Tolerance * (Math.Abs(score) + (double.IsFinite(range) && range > 0 ? range : 1));
    }
}
