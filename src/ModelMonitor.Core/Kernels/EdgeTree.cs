using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelMonitor.Core.Kernels;

/// <summary>Up to 127 edges as a complete binary tree, so that the bin of a value takes seven comparisons and no branch.</summary>
/// <remarks>
/// Bit k of a leaf says whether the value was above the node that it met at level k, so that the low bits are the way to a node:
/// the node of level k on the way w is at 2^k + w. A level's table is looked up by a permutation of registers, for every lane at once.
/// The bin of a leaf is its seven bits read backwards, for the first comparison was with the middle edge. Places beyond the edges
/// hold +∞, which nothing is above.
/// </remarks>
internal sealed class EdgeTree<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int MaxEdges = Leaves - 1;

    /// <summary>What stands in the place of a leaf where the value is NaN.</summary>
    public const byte NoLeaf = Leaves;

    private const int Leaves = 128;

    private readonly T[] _nodes = new T[Leaves];

    /// <param name="edges">Ascending, at most <see cref="MaxEdges"/>; equal ones may repeat.</param>
    public EdgeTree(ReadOnlySpan<T> edges)
    {
        for (var level = 0; level < 7; level++)
        {
            for (var way = 0; way < 1 << level; way++)
            {
                // So many edges lie below whatever took this way; the node halves those that are left.
                var place = BinOfLeaf(way) + (Leaves >> (level + 1)) - 1;
                _nodes[(1 << level) + way] = place < edges.Length ? edges[place] : T.PositiveInfinity;
            }
        }
    }

    public ReadOnlySpan<T> Nodes => _nodes;

    /// <summary>A leaf's seven bits backwards; its own inverse.</summary>
    public static int BinOfLeaf(int leaf) => LeafBins.Table[leaf];

    public static ReadOnlySpan<byte> BinsOfLeaves => LeafBins.Table;

    public int LeafOf(T value)
    {
        ReadOnlySpan<T> nodes = _nodes;
        var way = Above(value, nodes[1]);
        way |= Above(value, nodes[2 + way]) << 1;
        way |= Above(value, nodes[4 + way]) << 2;
        way |= Above(value, nodes[8 + way]) << 3;
        way |= Above(value, nodes[16 + way]) << 4;
        way |= Above(value, nodes[32 + way]) << 5;
        way |= Above(value, nodes[64 + way]) << 6;
        return T.IsNaN(value) ? NoLeaf : way;
    }

    /// <summary>The leaf of every value.</summary>
    public void LeavesOf(ReadOnlySpan<T> values, Span<byte> leaves)
    {
        leaves = leaves[..values.Length];
        for (var done = EdgeTreeLanes.Leaves(_nodes, values, leaves); done < values.Length; done++) leaves[done] = (byte)LeafOf(values[done]);
    }

    /// <summary>1 or 0. A bool as a byte: a conditional would become a branch, which half the time is not foreseen.</summary>
    private static int Above(T value, T node) => Unsafe.BitCast<bool, byte>(value > node);
}

/// <summary>What <see cref="EdgeTree{T}.BinOfLeaf"/> looks up.</summary>
file static class LeafBins
{
    public static readonly byte[] Table = [.. Enumerable.Range(0, 128).Select(Backwards)];

    private static byte Backwards(int leaf)
    {
        var bin = 0;
        for (var level = 0; level < 7; level++) bin = (bin << 1) | ((leaf >> level) & 1);
        return (byte)bin;
    }
}
