using System.Collections;
using System.Numerics;
using CsCheck;
using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Core.Tests.Kernels;

public sealed class ValidityTests
{
    [Fact]
    public void What_lies_beneath_a_null_is_never_seen_in_float32() => Hides<float>();

    [Fact]
    public void What_lies_beneath_a_null_is_never_seen_in_float64() => Hides<double>();

    private static void Hides<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Gen.Select(Column.Of<T>([0.5]), Gen.Int[0, 23], Gen.Byte.Array[760], Gen.Int[0, 40]).Sample((values, offset, bits, skip) =>
        {
            // As short as the bitmap may be: not a byte beyond the last row.
            bits = bits[..((offset + values.Length + 7) / 8)];
            var valid = new BitArray(bits).Cast<bool>().Skip(offset).ToArray();
            skip = Math.Min(skip, values.Length);
            var copy = new T[values.Length - skip];
            new Validity(bits, offset).Slice(skip).Copy<T>(values.AsSpan(skip), copy);
            for (var row = skip; row < values.Length; row++) Assert.Equal(valid[row] ? values[row] : T.NaN, copy[row - skip]);
        });
}
