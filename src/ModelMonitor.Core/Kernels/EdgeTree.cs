using System.Numerics;

namespace ModelMonitor.Core.Kernels;

/// <summary>Up to 127 edges as a complete binary tree, so that the bin of a value takes seven comparisons and no branch.</summary>
/// <remarks>
/// Node i has the children 2i and 2i + 1; the root is node 1. A descent starts at 1 and goes `2i + (value above node ? 1 : 0)`; after
/// seven steps it is at leaf 128 + bin. Nodes beyond the edges are +∞, which nothing is above. Layout: Khuong and Morin, "Array
/// layouts for comparison-based searching" (2017). The upper levels fit into registers, where a permutation looks a node up for every lane.
/// </remarks>
internal sealed class EdgeTree<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int MaxEdges = 127;
    public const int FirstLeaf = 128;

    /// <summary>What stands in the place of a leaf where the value is NaN.</summary>
    public const byte NoLeaf = 0;

    private readonly T[] _nodes = new T[FirstLeaf];

    /// <param name="edges">Ascending, at most <see cref="MaxEdges"/>; equal ones may repeat.</param>
    public EdgeTree(ReadOnlySpan<T> edges)
    {
        var sorted = new T[MaxEdges];
        Array.Fill(sorted, T.PositiveInfinity);
        edges.CopyTo(sorted);
        // The levels from the root down hold every 128th, 64th … 2nd of the sorted places, halfway between those above them.
        for (var (level, step) = (1, FirstLeaf); level < FirstLeaf; level *= 2, step /= 2)
        {
            for (var i = 0; i < level; i++) _nodes[level + i] = sorted[(i * step) + (step / 2) - 1];
        }
    }

    public ReadOnlySpan<T> Nodes => _nodes;

    public int LeafOf(T value)
    {
        ReadOnlySpan<T> nodes = _nodes;
        var i = 1;
        for (var level = 0; level < 7; level++) i = (2 * i) + (value > nodes[i & (FirstLeaf - 1)] ? 1 : 0);
        return T.IsNaN(value) ? NoLeaf : i;
    }

    /// <summary>The leaf of every value.</summary>
    public void Leaves(ReadOnlySpan<T> values, Span<byte> leaves)
    {
        leaves = leaves[..values.Length];
        var done = EdgeTreeLanes.Leaves(_nodes, values, leaves);
        for (; done < values.Length; done++) leaves[done] = (byte)LeafOf(values[done]);
    }
}
