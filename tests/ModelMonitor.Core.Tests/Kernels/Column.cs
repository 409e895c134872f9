using System.Numerics;
using CsCheck;

namespace ModelMonitor.Core.Tests.Kernels;

/// <summary>Random edges, and columns that hit them: ties, neighbours of ties, signed zeros, subnormals, infinities, NaN, and stretches of one value.</summary>
internal static class Column
{
    private static readonly Gen<double> Number = Gen.OneOf(
        Gen.Double[-3, 3],
        Gen.Int[-5, 5].Select(i => (double)i),
        Gen.Int[-40, 38].Select(e => Math.Pow(10, e) * 1.2345678901234567),
        Gen.Int[-40, 38].Select(e => -Math.Pow(10, e)),
        Gen.OneOf(0.0, -0.0, float.Epsilon, -float.Epsilon, double.Epsilon, 1e-40, float.MaxValue, -float.MaxValue, 1e300, -1e300, double.MaxValue));

    /// <summary>None, one, a few, up to a full tree, more than a tree holds.</summary>
    public static readonly Gen<double[]> Edges =
        from count in Gen.OneOf(Gen.OneOf(0, 1, 2, 9, 15, 16, 17, 99, 126, 127, 128), Gen.Int[0, 140])
        from numbers in Number.Array[count]
        select numbers.Select(n => n + 0.0).Distinct().Order().ToArray();

    /// <summary>Lengths about the widths of registers and the blocks of the kernels.</summary>
    private static readonly Gen<int> Length = Gen.OneOf(Gen.Int[0, 70], Gen.OneOf(255, 1023, 1024, 1025, 2047, 2048, 2049, 4099, 6000));

    public static Gen<T[]> Of<T>(double[] edges)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var specials = new[] { T.NaN, -T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.Zero, T.NegativeZero, T.Epsilon, -T.Epsilon, T.BitDecrement(T.PositiveInfinity) };
        var ties = edges.Select(T.CreateTruncating).SelectMany(e => new[] { e, T.BitIncrement(e), T.BitDecrement(e) }).DefaultIfEmpty(T.One).ToArray();
        var value = Gen.Frequency(
            (4, Number.Select(T.CreateTruncating)),
            (4, Gen.Int[0, ties.Length - 1].Select(i => ties[i])),
            (1, Gen.Int[0, specials.Length - 1].Select(i => specials[i])));
        return Gen.Select(Length, value.Array[97], Gen.Bool, (length, some, constant) =>
        {
            var column = new T[length];
            // A coprime stride: long columns without a generator call for each value.
            for (var i = 0; i < length; i++) column[i] = constant ? some[0] : some[i * 31 % some.Length];
            return column;
        });
    }
}
