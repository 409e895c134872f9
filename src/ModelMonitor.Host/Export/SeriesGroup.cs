using Prometheus;

namespace ModelMonitor.Host.Export;

/// <summary>The series of one model, version, window and segment: what an evaluation sets stays, what it does not set is withdrawn.</summary>
/// <remarks>
/// A series keeps its place in the budget while its value is withdrawn, so that it can come back: others do not come and go with it.
/// One caller at a time.
/// </remarks>
/// <param name="makeRoom">Called where a series of the whole finds no room; true: something gave way, try again.</param>
internal sealed class SeriesGroup(SeriesBudget budget, Func<string, bool> makeRoom, string model, string version, string window, string segment)
{
    private readonly Dictionary<Key, Live> _live = [];
    private readonly HashSet<Key> _reserved = [];
    private readonly HashSet<Key> _set = [];

    public string Model => model;

    public string Version => version;

    public string Window => window;

    public bool IsWhole => segment.Length == 0;

    /// <summary>End of the window that was published last, microseconds of UTC since 1970.</summary>
    public long End { get; private set; }

    /// <summary>Series of the last evaluation for which there was no room.</summary>
    public int Withheld { get; private set; }

    /// <summary>Begins an evaluation.</summary>
    public void Begin(long end)
    {
        End = end;
        Withheld = 0;
        _set.Clear();
    }

    /// <summary>Sets one series; a value that is not finite is as good as none.</summary>
    /// <param name="family">Its first labels are model, version, window and segment; <paramref name="a"/>… fill the others.</param>
    public void Set(Gauge family, SeriesRank rank, double value, string? a = null, string? b = null, string? c = null)
    {
        if (!double.IsFinite(value)) return;
        var key = new Key(family.Name, a, b, c);
        if (!_reserved.Contains(key))
        {
            if (!Reserve(rank))
            {
                Withheld++;
                return;
            }

            _reserved.Add(key);
        }

        if (!_live.TryGetValue(key, out var live))
        {
            string[] labels = [model, version, window, segment, .. new[] { a, b, c }.OfType<string>()];
            live = new Live(family, labels, family.WithLabels(labels));
            _live.Add(key, live);
        }

        live.Child.Set(value);
        _set.Add(key);
    }

    /// <summary>Ends an evaluation: withdraws what it did not set.</summary>
    public void Commit()
    {
        foreach (var key in _live.Keys.Where(k => !_set.Contains(k)).ToList())
        {
            _live.Remove(key, out var live);
            live.Family.RemoveLabelled(live.Labels);
        }
    }

    /// <summary>Withdraws everything and gives its place back; false where there was nothing.</summary>
    public bool Clear()
    {
        if (_reserved.Count == 0) return false;
        foreach (var live in _live.Values) live.Family.RemoveLabelled(live.Labels);
        budget.Release(model, _reserved.Count);
        _live.Clear();
        Withheld += _reserved.Count;
        _reserved.Clear();
        return true;
    }

    private bool Reserve(SeriesRank rank)
    {
        while (!budget.TryReserve(model, rank))
        {
            if (!IsWhole || !makeRoom(model)) return false;
        }

        return true;
    }

    private readonly record struct Key(string Family, string? A, string? B, string? C);

    private readonly record struct Live(Gauge Family, string[] Labels, Gauge.Child Child);
}
