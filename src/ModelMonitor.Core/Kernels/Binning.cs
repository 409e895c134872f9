using System.Numerics;

namespace ModelMonitor.Core.Kernels;

/// <summary>Counts a column into bins, bin(x) = the number of edges below x; prepared once per set of edges.</summary>
/// <remarks>
/// A float32 column is compared with the edges rounded down to float32: for a float32 x and an edge e, x is above e exactly where x is
/// above the greatest float32 that is not above e. Its twin is <see cref="BinningNaive"/>.
/// </remarks>
internal sealed class Binning<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Values between two rounds of counting: their leaves stay in the first-level cache.</summary>
    private const int Block = 1024;

    [ThreadStatic]
    private static byte[]? t_leaves;

    [ThreadStatic]
    private static uint[]? t_tables;

    private readonly T[] _edges;
    private readonly EdgeTree<T>? _tree;

    /// <param name="edges">Ascending float64 edges.</param>
    public Binning(ReadOnlySpan<double> edges)
    {
        _edges = new T[edges.Length];
        for (var i = 0; i < edges.Length; i++) _edges[i] = Rounded.Down<T>(edges[i]);
        if (edges.Length <= EdgeTree<T>.MaxEdges) _tree = new EdgeTree<T>(_edges);
    }

    /// <summary>Adds the values to the counts of their bins.</summary>
    /// <param name="counts">One per bin.</param>
    /// <returns>The number of NaN, which are in no bin.</returns>
    public long Count(ReadOnlySpan<T> values, Span<long> counts)
    {
        if (_tree is null) return CountOneByOne(values, counts);
        return _edges.Length <= FewEdges.MaxEdges ? CountByComparing(values, counts) : CountByTree(_tree, values, counts);
    }

    /// <summary>The bin of a value that is not NaN.</summary>
    public int BinOf(T value)
    {
        if (_tree is not null) return EdgeTree<T>.BinOfLeaf(_tree.LeafOf(value));
        int low = 0, high = _edges.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_edges[middle] < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private long CountOneByOne(ReadOnlySpan<T> values, Span<long> counts)
    {
        long missing = 0;
        foreach (var value in values)
        {
            if (T.IsNaN(value)) missing++;
            else counts[BinOf(value)]++;
        }

        return missing;
    }

    private long CountByComparing(ReadOnlySpan<T> values, Span<long> counts)
    {
        Span<long> above = stackalloc long[FewEdges.MaxEdges + 1];
        above.Clear();
        FewEdges.CountAbove(values, _edges, above);
        for (var i = 0; i < _edges.Length; i++) counts[i] += above[i] - above[i + 1];
        counts[_edges.Length] += above[_edges.Length];
        return values.Length - above[0];
    }

    private long CountByTree(EdgeTree<T> tree, ReadOnlySpan<T> values, Span<long> counts)
    {
        // On the stack they would be zeroed twice for each column of each batch.
        Span<byte> leaves = t_leaves ??= new byte[Block];
        Span<uint> tables = t_tables ??= new uint[ByteHistogram.Places];
        tables.Clear();
        var histogram = new ByteHistogram(tables);
        for (var start = 0; start < values.Length; start += Block)
        {
            var block = values[start..Math.Min(start + Block, values.Length)];
            tree.LeavesOf(block, leaves);
            histogram.Add(leaves[..block.Length]);
        }

        Span<uint> ofLeaves = tables[..256];
        histogram.Sum(ofLeaves);
        var bins = EdgeTree<T>.BinsOfLeaves;
        counts = counts[..(_edges.Length + 1)];
        for (var bin = 0; bin < counts.Length && bin < bins.Length; bin++) counts[bin] += ofLeaves[bins[bin]];
        return ofLeaves[EdgeTree<T>.NoLeaf];
    }
}
