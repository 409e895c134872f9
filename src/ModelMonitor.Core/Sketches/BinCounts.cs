namespace ModelMonitor.Core.Sketches;

/// <summary>Signed counts over very many bins, of which a short stretch of traffic touches few: a dictionary first, an array once it pays.</summary>
/// <remarks>
/// Score histograms have thousands of bins and a pane may hold a single row; dense arrays for each pane and delta made the process
/// hundreds of megabytes large. How counts are held shows nowhere: equal counts are written as equal bytes.
/// </remarks>
internal sealed class BinCounts(int bins)
{
    /// <summary>An entry of the dictionary takes about as much memory as three of the array.</summary>
    private const int SparseShare = 16;

    private Dictionary<int, long>? _sparse = [];
    private long[]? _dense;

    public int Bins { get; } = bins;

    /// <summary>Sum of all counts.</summary>
    public long Total { get; private set; }

    /// <summary>Every bin's count. Held as an array from then on.</summary>
    public ReadOnlySpan<long> Values => Densify();

    /// <summary>So many additions follow: with many an array pays from the start.</summary>
    public void Expect(int additions)
    {
        if (additions > Bins / SparseShare) Densify();
    }

    public void Add(int bin, long count)
    {
        Total += count;
        if (_dense is not null)
        {
            _dense[bin] += count;
            return;
        }

        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_sparse!, bin, out _) += count;
        if (_sparse!.Count > Bins / SparseShare) Densify();
    }

    /// <param name="other">Of the same number of bins.</param>
    /// <param name="sign">−1 takes back what was merged.</param>
    public void Merge(BinCounts other, int sign = 1)
    {
        if (other._sparse is { } sparse)
        {
            foreach (var (bin, count) in sparse) Add(bin, sign * count);
            return;
        }

        var mine = Densify();
        var theirs = other._dense!;
        for (var i = 0; i < mine.Length; i++) mine[i] += sign * theirs[i];
        Total += sign * other.Total;
    }

    /// <summary>Bins whose count is not 0, ascending.</summary>
    public IEnumerable<(int Bin, long Count)> Used() => _dense is not null
        ? _dense.Select((count, bin) => (bin, count)).Where(p => p.count != 0)
        : _sparse!.Where(p => p.Value != 0).OrderBy(p => p.Key).Select(p => (p.Key, p.Value));

    /// <summary>As <see cref="StateWriter.Counts"/> writes an array.</summary>
    public void Write(StateWriter writer)
    {
        if (_dense is not null)
        {
            writer.Counts(_dense);
            return;
        }

        var used = _sparse!.Where(p => p.Value != 0).OrderBy(p => p.Key).ToArray();
        writer.UsedCounts(Bins, Array.ConvertAll(used, p => (p.Key, p.Value)));
    }

    /// <exception cref="StateFormatException">The bytes are not counts of at most <paramref name="maxBins"/> bins.</exception>
    public static BinCounts Read(ref StateReader reader, int maxBins)
    {
        var counts = new BinCounts(reader.Count(maxBins));
        var used = reader.Count(counts.Bins);
        for (var (i, bin) = (0, -1); i < used; i++)
        {
            bin = reader.NextBin(bin, counts.Bins);
            counts.Add(bin, reader.Signed());
        }

        return counts;
    }

    private long[] Densify()
    {
        if (_dense is not null) return _dense;
        _dense = new long[Bins];
        foreach (var (bin, count) in _sparse!) _dense[bin] = count;
        _sparse = null;
        return _dense;
    }
}
