namespace ModelMonitor.Engine.State;

/// <summary>Whose state it is. Different versions, and one version under different baselines, never mix.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The version that served the rows.</param>
/// <param name="BaselineHash">The baseline whose edges they were counted on; empty for a version without a baseline.</param>
/// <param name="Segment">`column=value`; empty = all rows.</param>
public readonly record struct SeriesKey(string Model, string Version, string BaselineHash, string Segment);

/// <summary>How a stretch of state is stored: as appended, or summed.</summary>
public enum StateLevel
{
    /// <summary>As appended by commits, keyed by the pane's start; several per pane.</summary>
    Delta = 0,

    Pane = 1,
    Hour = 2,
    Day = 3,
}

/// <summary>Which part of a stretch is read: distinct scores are large and rarely needed, so they are a blob of their own.</summary>
public enum StatePart
{
    Sums,
    DistinctScores,
}

/// <summary>A half-open range [From, To) of starts, microseconds of UTC since 1970, at one level.</summary>
public readonly record struct StateRange(SeriesKey Series, StateLevel Level, long From, long To);

/// <summary>One stored stretch: the encoded sums, and the encoded distinct scores (empty where none are kept).</summary>
/// <param name="Id">For deltas, the row's number in order of appending; 0 for summed levels.</param>
public readonly record struct StoredState(long Id, SeriesKey Series, long Start, ReadOnlyMemory<byte> Sums, ReadOnlyMemory<byte> DistinctScores);
