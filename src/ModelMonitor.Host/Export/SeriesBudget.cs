namespace ModelMonitor.Host.Export;

/// <summary>What a series is for: when room gets short, the last ones go without first.</summary>
public enum SeriesRank
{
    /// <summary>Promised to be there even for an empty window.</summary>
    Always,

    /// <summary>Of all rows of a window. Where even this mark is reached, segments give way.</summary>
    Whole,

    /// <summary>A value of one segment.</summary>
    Segment,

    /// <summary>An interval, an error bound or a 0 of one segment.</summary>
    SegmentDetail,
}

/// <summary>How many time series a model may have, and how many it has. Thread-safe.</summary>
/// <remarks>
/// Many segments must not crowd out the whole, whatever is published first: each rank may fill the budget only up to its own mark.
/// </remarks>
public sealed class SeriesBudget
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);

    /// <param name="limit">Series per model.</param>
    public SeriesBudget(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        Limit = limit;
    }

    /// <summary>Series per model.</summary>
    public int Limit { get; }

    /// <summary>Series that are reserved for the model now.</summary>
    public int Used(string model)
    {
        lock (_lock)
        {
            return _used.GetValueOrDefault(model);
        }
    }

    /// <summary>Reserves one series; false where the rank's mark is reached.</summary>
    public bool TryReserve(string model, SeriesRank rank)
    {
        lock (_lock)
        {
            var used = _used.GetValueOrDefault(model);
            if (used >= Mark(rank)) return false;
            _used[model] = used + 1;
            return true;
        }
    }

    /// <summary>Reserves what is not up for discussion: the monitor's own counters, whose number the configuration bounds.</summary>
    public void Reserve(string model, int series)
    {
        lock (_lock)
        {
            _used[model] = _used.GetValueOrDefault(model) + series;
        }
    }

    public void Release(string model, int series)
    {
        lock (_lock)
        {
            _used[model] = Math.Max(0, _used.GetValueOrDefault(model) - series);
        }
    }

    private int Mark(SeriesRank rank) => rank switch
    {
        SeriesRank.Always => Limit,
        SeriesRank.Whole => Limit * 95 / 100,
        SeriesRank.Segment => Limit * 85 / 100,
        _ => Limit * 60 / 100,
    };
}
