using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelMonitor.Core.Kernels;

/// <summary>Descents of <see cref="EdgeTree{T}"/>, one per lane. Each function returns how many values it did: the rest do not fill a register.</summary>
internal static class EdgeTreeLanes
{
    public delegate int Way<T>(ReadOnlySpan<T> nodes, ReadOnlySpan<T> values, Span<byte> leaves);

    /// <summary>The fastest that this machine has; 0 values done where it has none that is faster than one value at a time.</summary>
    public static int Leaves<T>(ReadOnlySpan<T> nodes, ReadOnlySpan<T> values, Span<byte> leaves)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float) && Avx512F.IsSupported) return Leaves512(MemoryMarshal.Cast<T, float>(nodes), MemoryMarshal.Cast<T, float>(values), leaves);
        if (typeof(T) == typeof(double) && Avx512F.IsSupported) return Leaves512(MemoryMarshal.Cast<T, double>(nodes), MemoryMarshal.Cast<T, double>(values), leaves);
        if (typeof(T) == typeof(float) && Avx2.IsSupported) return Leaves256(MemoryMarshal.Cast<T, float>(nodes), MemoryMarshal.Cast<T, float>(values), leaves);
        return 0;
    }

    /// <summary>All that this machine has, for tests.</summary>
    public static IEnumerable<Way<T>> Ways<T>()
        where T : unmanaged
    {
        if (Avx512F.IsSupported) yield return Leaves;
        if (typeof(T) == typeof(float) && Avx2.IsSupported)
            yield return (nodes, values, leaves) => Leaves256(MemoryMarshal.Cast<T, float>(nodes), MemoryMarshal.Cast<T, float>(values), leaves);
    }

    public static int Leaves512(ReadOnlySpan<float> nodes, ReadOnlySpan<float> values, Span<byte> leaves)
    {
        // A permutation of one register looks only at the low four bits of an index, of two registers at five: levels need no offset.
        var upper = Vector512.Create(nodes);
        var fifth = Vector512.Create(nodes[16..]);
        var (sixthLow, sixthHigh) = (Vector512.Create(nodes[32..]), Vector512.Create(nodes[48..]));
        var (seventh0, seventh1, seventh2, seventh3) = (Vector512.Create(nodes[64..]), Vector512.Create(nodes[80..]), Vector512.Create(nodes[96..]), Vector512.Create(nodes[112..]));
        var root = Vector512.Create(nodes[1]);
        var two = Vector512.Create(2);
        var upperHalf = Vector512.Create(32);
        var done = 0;
        for (; done <= values.Length - 16; done += 16)
        {
            var x = Vector512.Create(values.Slice(done, 16));
            var i = two - Vector512.GreaterThan(x, root).AsInt32();
            i = i + i - Vector512.GreaterThan(x, Avx512F.PermuteVar16x32(upper, i)).AsInt32();
            i = i + i - Vector512.GreaterThan(x, Avx512F.PermuteVar16x32(upper, i)).AsInt32();
            i = i + i - Vector512.GreaterThan(x, Avx512F.PermuteVar16x32(upper, i)).AsInt32();
            i = i + i - Vector512.GreaterThan(x, Avx512F.PermuteVar16x32(fifth, i)).AsInt32();
            i = i + i - Vector512.GreaterThan(x, Avx512F.PermuteVar16x32x2(sixthLow, i, sixthHigh)).AsInt32();
            var lower = Avx512F.PermuteVar16x32x2(seventh0, i, seventh1);
            var higher = Avx512F.PermuteVar16x32x2(seventh2, i, seventh3);
            var inLower = Vector512.Equals(i & upperHalf, Vector512<int>.Zero);
            i = i + i - Vector512.GreaterThan(x, Vector512.ConditionalSelect(inLower.AsSingle(), lower, higher)).AsInt32();
            i &= Vector512.Equals(x, x).AsInt32();
            Avx512F.ConvertToVector128Byte(i).CopyTo(leaves[done..]);
        }

        return done;
    }

    public static int Leaves512(ReadOnlySpan<double> nodes, ReadOnlySpan<double> values, Span<byte> leaves)
    {
        var upper = Vector512.Create(nodes);
        var fourth = Vector512.Create(nodes[8..]);
        var (fifthLow, fifthHigh) = (Vector512.Create(nodes[16..]), Vector512.Create(nodes[24..]));
        var (sixth0, sixth1, sixth2, sixth3) = (Vector512.Create(nodes[32..]), Vector512.Create(nodes[40..]), Vector512.Create(nodes[48..]), Vector512.Create(nodes[56..]));
        var (seventh0, seventh1, seventh2, seventh3) = (Vector512.Create(nodes[64..]), Vector512.Create(nodes[72..]), Vector512.Create(nodes[80..]), Vector512.Create(nodes[88..]));
        var (seventh4, seventh5, seventh6, seventh7) = (Vector512.Create(nodes[96..]), Vector512.Create(nodes[104..]), Vector512.Create(nodes[112..]), Vector512.Create(nodes[120..]));
        var root = Vector512.Create(nodes[1]);
        var two = Vector512.Create(2L);
        var half = Vector512.Create(16L);
        var upperHalf = Vector512.Create(32L);
        var done = 0;
        for (; done <= values.Length - 8; done += 8)
        {
            var x = Vector512.Create(values.Slice(done, 8));
            var i = two - Vector512.GreaterThan(x, root).AsInt64();
            i = i + i - Vector512.GreaterThan(x, Avx512F.PermuteVar8x64(upper, i)).AsInt64();
            i = i + i - Vector512.GreaterThan(x, Avx512F.PermuteVar8x64(upper, i)).AsInt64();
            i = i + i - Vector512.GreaterThan(x, Avx512F.PermuteVar8x64(fourth, i)).AsInt64();
            i = i + i - Vector512.GreaterThan(x, Avx512F.PermuteVar8x64x2(fifthLow, i, fifthHigh)).AsInt64();
            var inLower = Vector512.Equals(i & half, Vector512<long>.Zero).AsDouble();
            i = i + i - Vector512.GreaterThan(x, Vector512.ConditionalSelect(
                inLower, Avx512F.PermuteVar8x64x2(sixth0, i, sixth1), Avx512F.PermuteVar8x64x2(sixth2, i, sixth3))).AsInt64();
            inLower = Vector512.Equals(i & half, Vector512<long>.Zero).AsDouble();
            var inLowerHalf = Vector512.Equals(i & upperHalf, Vector512<long>.Zero).AsDouble();
            var lower = Vector512.ConditionalSelect(inLower, Avx512F.PermuteVar8x64x2(seventh0, i, seventh1), Avx512F.PermuteVar8x64x2(seventh2, i, seventh3));
            var higher = Vector512.ConditionalSelect(inLower, Avx512F.PermuteVar8x64x2(seventh4, i, seventh5), Avx512F.PermuteVar8x64x2(seventh6, i, seventh7));
            i = i + i - Vector512.GreaterThan(x, Vector512.ConditionalSelect(inLowerHalf, lower, higher)).AsInt64();
            i &= Vector512.Equals(x, x).AsInt64();
            for (var lane = 0; lane < 8; lane++) leaves[done + lane] = (byte)i[lane];
        }

        return done;
    }

    /// <summary>Four levels by permutation; three by look-up in memory, for which gather instructions are no faster.</summary>
    public static int Leaves256(ReadOnlySpan<float> nodes, ReadOnlySpan<float> values, Span<byte> leaves)
    {
        nodes = nodes[..128];
        var upper = Vector256.Create(nodes);
        var fourth = Vector256.Create(nodes[8..]);
        var root = Vector256.Create(nodes[1]);
        var two = Vector256.Create(2);
        Span<int> places = stackalloc int[8];
        var done = 0;
        for (; done <= values.Length - 8; done += 8)
        {
            var eight = values.Slice(done, 8);
            var x = Vector256.Create(eight);
            var i = two - Vector256.GreaterThan(x, root).AsInt32();
            i = i + i - Vector256.GreaterThan(x, Avx2.PermuteVar8x32(upper, i)).AsInt32();
            i = i + i - Vector256.GreaterThan(x, Avx2.PermuteVar8x32(upper, i)).AsInt32();
            i = i + i - Vector256.GreaterThan(x, Avx2.PermuteVar8x32(fourth, i)).AsInt32();
            i.CopyTo(places);
            var into = leaves.Slice(done, 8);
            for (var lane = 0; lane < 8; lane++)
            {
                var value = eight[lane];
                var place = places[lane] & 127;
                place = (2 * place) + (value > nodes[place] ? 1 : 0);
                place = (2 * place) + (value > nodes[place & 127] ? 1 : 0);
                place = (2 * place) + (value > nodes[place & 127] ? 1 : 0);
                into[lane] = (byte)(float.IsNaN(value) ? EdgeTree<float>.NoLeaf : place);
            }
        }

        return done;
    }
}
