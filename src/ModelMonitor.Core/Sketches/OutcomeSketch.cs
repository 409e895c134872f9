namespace ModelMonitor.Core.Sketches;

/// <summary>What is remembered of labelled rows. Every addition can be taken back: no minimum, no maximum, no float64 running sum.</summary>
public abstract class OutcomeSketch : IMergeable<OutcomeSketch>
{
    /// <summary>Scores and labels beyond this are not counted: their fourth powers leave float64.</summary>
    public const double LargestMagnitude = 1e70;

    /// <summary>Labelled rows.</summary>
    public abstract long Rows { get; }

    /// <summary>Whether a score and a label can be counted at all.</summary>
    public static bool CanCount(double score, double label) => Math.Abs(score) <= LargestMagnitude && Math.Abs(label) <= LargestMagnitude;

    /// <summary>Adds a labelled row, or takes it back where <paramref name="sign"/> is −1.</summary>
    /// <param name="score">The score or prediction; see <see cref="CanCount"/>.</param>
    /// <param name="label">1 or 0 for binary models, the value for regression.</param>
    public abstract void Add(double score, double label, int sign = 1);

    /// <summary>Whether the other was counted for the same task on the same score bins, so that <see cref="Merge"/> will take it.</summary>
    public abstract bool HasShapeOf(OutcomeSketch other);

    public abstract void Merge(OutcomeSketch other);

    /// <summary>Takes back what <see cref="Merge"/> added; false, with nothing done, where the kind cannot.</summary>
    public virtual bool TrySubtract(OutcomeSketch other) => false;

    public abstract void Write(StateWriter writer);
}
