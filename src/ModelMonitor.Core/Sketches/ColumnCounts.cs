namespace ModelMonitor.Core.Sketches;

/// <summary>Counts of one column: a short list while few bins are touched, an array from then on.</summary>
/// <remarks>
/// In a burst of old rows each may fall into a pane of its own: then a column's hundred bins hold one count. How counts are held shows
/// nowhere: equal counts are written as equal bytes. <see cref="BinCounts"/> does the same for thousands of bins.
/// </remarks>
internal struct ColumnCounts(int bins)
{
    private const int MostEntries = 8;

    private (int Bin, long Count)[] _few = [];
    private int _used;
    private long[]? _dense;

    public int Bins { get; } = bins;

    public readonly long Total
    {
        get
        {
            long total = 0;
            if (_dense is not null)
            {
                foreach (var count in _dense) total += count;
                return total;
            }

            foreach (var (_, count) in Few) total += count;
            return total;
        }
    }

    public readonly bool IsZero
    {
        get
        {
            if (_dense is not null) return !_dense.AsSpan().ContainsAnyExcept(0L);
            foreach (var (_, count) in Few)
            {
                if (count != 0) return false;
            }

            return true;
        }
    }

    private readonly ReadOnlySpan<(int Bin, long Count)> Few => _few.AsSpan(0, _used);

    /// <summary>Every bin's count. Held as an array from then on.</summary>
    public Span<long> Values
    {
        get
        {
            if (_dense is not null) return _dense;
            _dense = new long[Bins];
            foreach (var (bin, count) in Few) _dense[bin] = count;
            (_few, _used) = ([], 0);
            return _dense;
        }
    }

    public void Add(int bin, long count)
    {
        if (_dense is not null)
        {
            _dense[bin] += count;
            return;
        }

        for (var i = 0; i < _used; i++)
        {
            if (_few[i].Bin != bin) continue;
            _few[i].Count += count;
            return;
        }

        if ((uint)bin >= (uint)Bins) throw new ArgumentOutOfRangeException(nameof(bin), bin, $"There are {Bins} bins.");
        if (_used == MostEntries)
        {
            Values[bin] += count;
            return;
        }

        if (_used == _few.Length) Array.Resize(ref _few, Math.Max(1, 2 * _used));
        _few[_used++] = (bin, count);
    }

    /// <param name="other">Of the same number of bins.</param>
    public void Merge(in ColumnCounts other)
    {
        if (other._dense is { } theirs)
        {
            var mine = Values;
            for (var i = 0; i < mine.Length; i++) mine[i] += theirs[i];
            return;
        }

        foreach (var (bin, count) in other.Few) Add(bin, count);
    }

    /// <summary>As <see cref="StateWriter.Counts"/> writes an array.</summary>
    public readonly void Write(StateWriter writer)
    {
        if (_dense is not null)
        {
            writer.Counts(_dense);
            return;
        }

        Span<(int Bin, long Count)> used = stackalloc (int, long)[MostEntries];
        var kept = 0;
        foreach (var entry in Few)
        {
            if (entry.Count != 0) used[kept++] = entry;
        }

        used = used[..kept];
        used.Sort(static (a, b) => a.Bin.CompareTo(b.Bin));
        writer.UsedCounts(Bins, used);
    }

    /// <exception cref="StateFormatException">The bytes are not counts of at most <paramref name="maxBins"/> bins.</exception>
    public static ColumnCounts Read(ref StateReader reader, int maxBins)
    {
        var counts = new ColumnCounts(reader.Count(maxBins));
        var used = reader.Count(counts.Bins);
        for (var (i, bin) = (0, -1); i < used; i++)
        {
            bin = reader.NextBin(bin, counts.Bins);
            counts.Add(bin, reader.Signed());
        }

        return counts;
    }
}
