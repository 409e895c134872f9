using System.Buffers.Binary;
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
        var root = Vector512.Create(nodes[1]);
        // A permutation looks at the low bits of the way only: four with one register, five with two.
        var (level1, level2, level3, level4) = (Vector512.Create(nodes[2..]), Vector512.Create(nodes[4..]), Vector512.Create(nodes[8..]), Vector512.Create(nodes[16..]));
        var (level5Low, level5High) = (Vector512.Create(nodes[32..]), Vector512.Create(nodes[48..]));
        var (level6A, level6B, level6C, level6D) = (Vector512.Create(nodes[64..]), Vector512.Create(nodes[80..]), Vector512.Create(nodes[96..]), Vector512.Create(nodes[112..]));
        var zero = Vector512<int>.Zero;
        var done = 0;
        for (; done <= values.Length - 16; done += 16)
        {
            var x = Vector512.Create(values.Slice(done, 16));
            var way = Step(zero, Vector512.GreaterThan(x, root), 1);
            way = Step(way, Vector512.GreaterThan(x, Avx512F.PermuteVar16x32(level1, way)), 2);
            way = Step(way, Vector512.GreaterThan(x, Avx512F.PermuteVar16x32(level2, way)), 4);
            way = Step(way, Vector512.GreaterThan(x, Avx512F.PermuteVar16x32(level3, way)), 8);
            way = Step(way, Vector512.GreaterThan(x, Avx512F.PermuteVar16x32(level4, way)), 16);
            var above5 = Vector512.GreaterThan(x, Avx512F.PermuteVar16x32x2(level5Low, way, level5High));
            var node6 = Vector512.ConditionalSelect(above5, Avx512F.PermuteVar16x32x2(level6C, way, level6D), Avx512F.PermuteVar16x32x2(level6A, way, level6B));
            way = Step(way, above5, 32);
            way = Step(way, Vector512.GreaterThan(x, node6), 64);
            way = Step(way, ~Vector512.Equals(x, x), EdgeTree<float>.NoLeaf);
            Avx512F.ConvertToVector128Byte(way).CopyTo(leaves[done..]);
        }

        return done;
    }

    public static int Leaves512(ReadOnlySpan<double> nodes, ReadOnlySpan<double> values, Span<byte> leaves)
    {
        var root = Vector512.Create(nodes[1]);
        // Three bits of the way with one register, four with two.
        var (level1, level2, level3) = (Vector512.Create(nodes[2..]), Vector512.Create(nodes[4..]), Vector512.Create(nodes[8..]));
        var (level4Low, level4High) = (Vector512.Create(nodes[16..]), Vector512.Create(nodes[24..]));
        var (level5A, level5B, level5C, level5D) = (Vector512.Create(nodes[32..]), Vector512.Create(nodes[40..]), Vector512.Create(nodes[48..]), Vector512.Create(nodes[56..]));
        var (level6A, level6B, level6C, level6D) = (Vector512.Create(nodes[64..]), Vector512.Create(nodes[72..]), Vector512.Create(nodes[80..]), Vector512.Create(nodes[88..]));
        var (level6E, level6F, level6G, level6H) = (Vector512.Create(nodes[96..]), Vector512.Create(nodes[104..]), Vector512.Create(nodes[112..]), Vector512.Create(nodes[120..]));
        var zero = Vector512<long>.Zero;
        var done = 0;
        for (; done <= values.Length - 8; done += 8)
        {
            var x = Vector512.Create(values.Slice(done, 8));
            var way = Step(zero, Vector512.GreaterThan(x, root), 1);
            way = Step(way, Vector512.GreaterThan(x, Avx512F.PermuteVar8x64(level1, way)), 2);
            way = Step(way, Vector512.GreaterThan(x, Avx512F.PermuteVar8x64(level2, way)), 4);
            way = Step(way, Vector512.GreaterThan(x, Avx512F.PermuteVar8x64(level3, way)), 8);
            var above4 = Vector512.GreaterThan(x, Avx512F.PermuteVar8x64x2(level4Low, way, level4High));
            var node5 = Vector512.ConditionalSelect(above4, Avx512F.PermuteVar8x64x2(level5C, way, level5D), Avx512F.PermuteVar8x64x2(level5A, way, level5B));
            var above5 = Vector512.GreaterThan(x, node5);
            var node6 = Vector512.ConditionalSelect(
                above5,
                Vector512.ConditionalSelect(above4, Avx512F.PermuteVar8x64x2(level6G, way, level6H), Avx512F.PermuteVar8x64x2(level6E, way, level6F)),
                Vector512.ConditionalSelect(above4, Avx512F.PermuteVar8x64x2(level6C, way, level6D), Avx512F.PermuteVar8x64x2(level6A, way, level6B)));
            way = Step(way, above4, 16);
            way = Step(way, above5, 32);
            way = Step(way, Vector512.GreaterThan(x, node6), 64);
            way = Step(way, ~Vector512.Equals(x, x), EdgeTree<double>.NoLeaf);
            BinaryPrimitives.WriteUInt64LittleEndian(leaves[done..], Avx512F.ConvertToVector128Byte(way).AsUInt64()[0]);
        }

        return done;
    }

    public static int Leaves256(ReadOnlySpan<float> nodes, ReadOnlySpan<float> values, Span<byte> leaves)
    {
        var root = Vector256.Create(nodes[1]);
        // Three bits of the way; the further bits choose among registers.
        var (level1, level2, level3) = (Vector256.Create(nodes[2..]), Vector256.Create(nodes[4..]), Vector256.Create(nodes[8..]));
        var (level4Low, level4High) = (Vector256.Create(nodes[16..]), Vector256.Create(nodes[24..]));
        var (level5A, level5B, level5C, level5D) = (Vector256.Create(nodes[32..]), Vector256.Create(nodes[40..]), Vector256.Create(nodes[48..]), Vector256.Create(nodes[56..]));
        var (level6A, level6B, level6C, level6D) = (Vector256.Create(nodes[64..]), Vector256.Create(nodes[72..]), Vector256.Create(nodes[80..]), Vector256.Create(nodes[88..]));
        var (level6E, level6F, level6G, level6H) = (Vector256.Create(nodes[96..]), Vector256.Create(nodes[104..]), Vector256.Create(nodes[112..]), Vector256.Create(nodes[120..]));
        var zero = Vector256<int>.Zero;
        var done = 0;
        for (; done <= values.Length - 8; done += 8)
        {
            var x = Vector256.Create(values.Slice(done, 8));
            var way = Step(zero, Vector256.GreaterThan(x, root), 1);
            way = Step(way, Vector256.GreaterThan(x, Avx2.PermuteVar8x32(level1, way)), 2);
            way = Step(way, Vector256.GreaterThan(x, Avx2.PermuteVar8x32(level2, way)), 4);
            var above3 = Vector256.GreaterThan(x, Avx2.PermuteVar8x32(level3, way));
            var above4 = Vector256.GreaterThan(x, Choose(above3, Avx2.PermuteVar8x32(level4Low, way), Avx2.PermuteVar8x32(level4High, way)));
            var above5 = Vector256.GreaterThan(x, Choose(
                above4,
                Choose(above3, Avx2.PermuteVar8x32(level5A, way), Avx2.PermuteVar8x32(level5B, way)),
                Choose(above3, Avx2.PermuteVar8x32(level5C, way), Avx2.PermuteVar8x32(level5D, way))));
            var above6 = Vector256.GreaterThan(x, Choose(
                above5,
                Choose(
                    above4,
                    Choose(above3, Avx2.PermuteVar8x32(level6A, way), Avx2.PermuteVar8x32(level6B, way)),
                    Choose(above3, Avx2.PermuteVar8x32(level6C, way), Avx2.PermuteVar8x32(level6D, way))),
                Choose(
                    above4,
                    Choose(above3, Avx2.PermuteVar8x32(level6E, way), Avx2.PermuteVar8x32(level6F, way)),
                    Choose(above3, Avx2.PermuteVar8x32(level6G, way), Avx2.PermuteVar8x32(level6H, way)))));
            way = Step(Step(Step(Step(way, above3, 8), above4, 16), above5, 32), above6, 64);
            way = Step(way, ~Vector256.Equals(x, x), EdgeTree<float>.NoLeaf);
            var shorts = Sse41.PackUnsignedSaturate(way.GetLower(), way.GetUpper());
            BinaryPrimitives.WriteUInt64LittleEndian(leaves[done..], Sse2.PackUnsignedSaturate(shorts.AsInt16(), shorts.AsInt16()).AsUInt64()[0]);
        }

        return done;
    }

    private static Vector512<int> Step(Vector512<int> way, Vector512<float> above, int bit) => Vector512.ConditionalSelect(above.AsInt32(), way + Vector512.Create(bit), way);

    private static Vector512<long> Step(Vector512<long> way, Vector512<double> above, long bit) => Vector512.ConditionalSelect(above.AsInt64(), way + Vector512.Create(bit), way);

    private static Vector256<int> Step(Vector256<int> way, Vector256<float> above, int bit) => way | (above.AsInt32() & Vector256.Create(bit));

    private static Vector256<float> Choose(Vector256<float> above, Vector256<float> no, Vector256<float> yes) => Avx.BlendVariable(no, yes, above);
}
