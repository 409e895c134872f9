using System.Numerics;
using System.Runtime.Intrinsics;

namespace ModelMonitor.Core.Kernels;

/// <summary>Counts values above each of a few edges, by comparing every value with every edge: up to 16 edges nothing is faster.</summary>
internal static class FewEdges
{
    public const int MaxEdges = 16;

    /// <summary>Values that one round of the edges goes over: they stay in the first-level cache.</summary>
    private const int Block = 2048;

    /// <summary>Edges per round: their counters fit into registers.</summary>
    private const int Round = 5;

    /// <summary>Adds to above[0] the values that are not NaN, and to above[i + 1] those above edge i.</summary>
    /// <param name="edges">At most <see cref="MaxEdges"/>.</param>
    public static void CountAbove<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> edges, Span<long> above)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Beyond the edges +∞, which nothing is above.
        Span<T> padded = stackalloc T[MaxEdges + Round];
        padded.Fill(T.PositiveInfinity);
        edges.CopyTo(padded);
        Span<long> sums = stackalloc long[1 + MaxEdges + Round];
        sums.Clear();
        var whole = values.Length - (values.Length % Vector256<T>.Count);
        for (var start = 0; start < whole; start += Block)
        {
            var block = values[start..Math.Min(start + Block, whole)];
            First(block, padded, sums);
            for (var edge = Round - 1; edge < edges.Length; edge += Round) Next(block, padded[edge..], sums[(edge + 1)..]);
        }

        foreach (var value in values[whole..])
        {
            if (T.IsNaN(value)) continue;
            sums[0]++;
            for (var i = 0; i < edges.Length; i++) sums[i + 1] += value > edges[i] ? 1 : 0;
        }

        for (var i = 0; i <= edges.Length; i++) above[i] += sums[i];
    }

    private static void First<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> edges, Span<long> sums)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (edge0, edge1, edge2, edge3) = (Vector256.Create(edges[0]), Vector256.Create(edges[1]), Vector256.Create(edges[2]), Vector256.Create(edges[3]));
        Vector256<T> numbers = default, above0 = default, above1 = default, above2 = default, above3 = default;
        for (var i = 0; i < values.Length; i += Vector256<T>.Count)
        {
            var x = Vector256.Create(values.Slice(i, Vector256<T>.Count));
            numbers = Lanes.Count(numbers, Vector256.Equals(x, x));
            above0 = Lanes.Count(above0, Vector256.GreaterThan(x, edge0));
            above1 = Lanes.Count(above1, Vector256.GreaterThan(x, edge1));
            above2 = Lanes.Count(above2, Vector256.GreaterThan(x, edge2));
            above3 = Lanes.Count(above3, Vector256.GreaterThan(x, edge3));
        }

        sums[0] += Lanes.Sum(numbers);
        sums[1] += Lanes.Sum(above0);
        sums[2] += Lanes.Sum(above1);
        sums[3] += Lanes.Sum(above2);
        sums[4] += Lanes.Sum(above3);
    }

    private static void Next<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> edges, Span<long> sums)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (edge0, edge1, edge2, edge3, edge4) = (Vector256.Create(edges[0]), Vector256.Create(edges[1]), Vector256.Create(edges[2]), Vector256.Create(edges[3]), Vector256.Create(edges[4]));
        Vector256<T> above0 = default, above1 = default, above2 = default, above3 = default, above4 = default;
        for (var i = 0; i < values.Length; i += Vector256<T>.Count)
        {
            var x = Vector256.Create(values.Slice(i, Vector256<T>.Count));
            above0 = Lanes.Count(above0, Vector256.GreaterThan(x, edge0));
            above1 = Lanes.Count(above1, Vector256.GreaterThan(x, edge1));
            above2 = Lanes.Count(above2, Vector256.GreaterThan(x, edge2));
            above3 = Lanes.Count(above3, Vector256.GreaterThan(x, edge3));
            above4 = Lanes.Count(above4, Vector256.GreaterThan(x, edge4));
        }

        sums[0] += Lanes.Sum(above0);
        sums[1] += Lanes.Sum(above1);
        sums[2] += Lanes.Sum(above2);
        sums[3] += Lanes.Sum(above3);
        sums[4] += Lanes.Sum(above4);
    }
}
