namespace ModelMonitor.Engine.State;

/// <summary>Where a prediction and its label meet: one row per model and id. Mutable on purpose: read, completed, written back in one transaction.</summary>
public sealed class JoinRow
{
    /// <summary>The id's 128-bit hash.</summary>
    public required UInt128 Id { get; init; }

    /// <summary>The prediction's event time, microseconds of UTC since 1970; null while only the label is here.</summary>
    public long? EventTime { get; set; }

    /// <summary>The score of each version that scored the row, and the baseline it is counted under.</summary>
    public IReadOnlyList<ServedScore> Scores { get; set; } = [];

    /// <summary>The label: 1 or 0 for binary, the value for regression; null while only the prediction is here.</summary>
    public double? Label { get; set; }

    /// <summary>When the label became known, microseconds of UTC since 1970; null where the data do not say.</summary>
    public long? LabelTime { get; set; }

    /// <summary>When a prediction or label last arrived, on the injected clock; the row expires from here.</summary>
    public long Touched { get; set; }
}

/// <summary>One version's score of a row. NaN where the row could not be scored.</summary>
public readonly record struct ServedScore(string Version, string BaselineHash, double Score)
{
    /// <summary>The row's slice of each column of the baseline's <c>SegmentShape</c>, by place; empty without slices.</summary>
    public IReadOnlyList<int> Segments { get; init; } = [];

    /// <summary>A multiclass model's probabilities; null for other tasks. A row without a score has none.</summary>
    public double[]? Probabilities { get; init; }

    /// <summary>The scores of a declared ensemble's members; null without one, or where it could not score the batch.</summary>
    public double[]? Ensemble { get; init; }
}
