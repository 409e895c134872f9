namespace ModelMonitor.Core.Sketches;

/// <summary>What is remembered of one column: counts per bin and what data quality needs.</summary>
public abstract class FeatureSketch : IMergeable<FeatureSketch>
{
    /// <summary>Null, NaN, or the column absent.</summary>
    public long Missing { get; protected set; }

    /// <summary>All rows, missing ones included.</summary>
    public abstract long Rows { get; }

    /// <summary>Bins that values are counted in; missing ones have none.</summary>
    public abstract int Bins { get; }

    /// <summary>Nothing was ever counted.</summary>
    internal abstract bool IsUntouched { get; }

    /// <summary>Whether the other was counted on bins like these, so that <see cref="Merge"/> will take it.</summary>
    public abstract bool HasShapeOf(FeatureSketch other);

    public abstract void Merge(FeatureSketch other);

    public abstract void Write(StateWriter writer);

    /// <summary>Rows of a batch that has no such column.</summary>
    public void AddMissing(long rows) => Missing += rows;
}
