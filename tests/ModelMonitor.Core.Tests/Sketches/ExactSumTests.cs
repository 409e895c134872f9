using System.Numerics;
using CsCheck;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Sketches;

public sealed class ExactSumTests
{
    /// <summary>Every magnitude of float64, subnormals and both zeros included, and numbers that cancel.</summary>
    private static readonly Gen<double> AnyFinite = Gen.OneOf(
        Gen.Double[-1, 1],
        Gen.ULong.Select(bits => BitConverter.UInt64BitsToDouble(bits)).Where(double.IsFinite),
        Gen.ULong[0, 1UL << 53].Select(bits => BitConverter.UInt64BitsToDouble(bits)),
        Gen.OneOf(0.0, -0.0, double.Epsilon, -double.Epsilon, double.MaxValue / 1e6, 1e16, -1e16, 1.0, 1e-300, 2.2250738585072014E-308));

    [Fact]
    public void A_sum_is_the_same_in_any_order_and_any_split() =>
        Gen.Select(AnyFinite.Array[0, 60], Gen.Int[0, int.MaxValue]).Sample((values, seed) =>
        {
            var shuffled = values.ToArray();
            new Random(seed).Shuffle(shuffled);
            var cut = values.Length == 0 ? 0 : seed % values.Length;
            var split = Sum(shuffled[..cut]);
            split.Merge(Sum(shuffled[cut..]));
            Assert.Equal(Bytes(Sum(values)), Bytes(Sum(shuffled)));
            Assert.Equal(Bytes(Sum(values)), Bytes(split));
            Assert.Equal(BitConverter.DoubleToInt64Bits(Sum(values).Value), BitConverter.DoubleToInt64Bits(split.Value));
        });

    [Fact]
    public void What_is_taken_back_leaves_no_trace() =>
        Gen.Select(AnyFinite.Array[0, 30], AnyFinite.Array[0, 30]).Sample((kept, passing) =>
        {
            var sum = Sum(kept);
            foreach (var value in passing) sum.Add(value);
            // Reading in between must not matter.
            _ = sum.Value;
            foreach (var value in passing.Reverse()) sum.Add(value, -1);
            Assert.Equal(Bytes(Sum(kept)), Bytes(sum));
            foreach (var value in kept) sum.Add(value, -1);
            Assert.True(sum.IsZero);
            Assert.Equal(Bytes(new ExactSum()), Bytes(sum));
        });

    [Fact]
    public void The_value_is_the_exact_sum_rounded_to_nearest_even() =>
        AnyFinite.Array[0, 40].Sample(values =>
        {
            var exact = values.Aggregate(BigInteger.Zero, (sum, value) => sum + Scaled(value));
            Assert.Equal(Nearest(exact, -1074), Sum(values).Value);
        });

    [Fact]
    public void Sums_of_cents_are_what_decimals_say() =>
        Gen.Int[-100_000_000, 100_000_000].Array[1, 60].Sample(quarters =>
            Assert.Equal((double)quarters.Sum(q => q / 4m), Sum(quarters.Select(q => q / 4.0).ToArray()).Value));

    [Fact]
    public void Halfway_cases_round_to_even()
    {
        Assert.Equal(9007199254740992, Sum(9007199254740992, 1).Value);
        Assert.Equal(9007199254740996, Sum(9007199254740992, 3).Value);
        Assert.Equal(9007199254740994, Sum(9007199254740992, 1, double.Epsilon).Value);
        Assert.Equal(-9007199254740992, Sum(-9007199254740992, -1).Value);
    }

    [Fact]
    public void The_tiny_survives_beside_the_huge()
    {
        Assert.Equal(double.Epsilon, Sum(1e308, double.Epsilon, -1e308).Value);
        Assert.Equal(2, Sum(1, 1e300, 1, -1e300).Value);
        Assert.Equal(double.PositiveInfinity, Sum(double.MaxValue, double.MaxValue).Value);
        Assert.Equal(double.MaxValue, Sum(double.MaxValue, double.MaxValue, -double.MaxValue).Value);
    }

    [Fact]
    public void What_was_written_is_read_back() =>
        AnyFinite.Array[0, 40].Sample(values =>
        {
            var bytes = Bytes(Sum(values));
            var reader = new StateReader(bytes);
            var back = ExactSum.Read(ref reader);
            Assert.True(reader.AtEnd);
            Assert.Equal(bytes, Bytes(back));
            back.Merge(Sum(values));
            Assert.Equal(Bytes(Sum([.. values, .. values])), Bytes(back));
        });

    [Fact]
    public void A_sum_can_be_merged_with_itself()
    {
        var sum = Sum(0.1, -7, 1e-320);
        sum.Merge(sum);
        Assert.Equal(Bytes(Sum(0.1, 0.1, -7, -7, 1e-320, 1e-320)), Bytes(sum));
    }

    [Fact]
    public void The_variance_is_the_nearest_float64_to_the_true_one() =>
        Gen.Select(Gen.OneOf(0.0, 1e9, -3e15), Gen.Double[-1, 1].Array[1, 40]).Sample((offset, noise) =>
        {
            var values = noise.Select(x => offset + x).ToArray();
            BigInteger n = values.Length;
            var sum = values.Aggregate(BigInteger.Zero, (total, value) => total + Scaled(value));
            var squares = values.Aggregate(BigInteger.Zero, (total, value) => total + (Scaled(value) * Scaled(value)));
            // variance·2^2148 = (n·Σx² − (Σx)²)/n², and 120 bits more for the quotient.
            var quotient = (((n * squares) - (sum * sum)) << 120) / (n * n);
            Assert.Equal(Nearest(quotient, -2268), Variance(values));
        });

    [Fact]
    public void A_constant_has_no_variance_whatever_its_size() =>
        Gen.Select(Gen.Double[-1e60, 1e60], Gen.Int[1, 100]).Sample((value, count) => Assert.Equal(0, Variance([.. Enumerable.Repeat(value, count)])));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_not_finite_is_refused(double value) => Assert.Throws<ArgumentOutOfRangeException>(() => new ExactSum().Add(value));

    private static double Variance(double[] values)
    {
        var squares = new ExactSum();
        foreach (var value in values) squares.AddSquare(value);
        return ExactSum.Variance(Sum(values), squares, values.Length);
    }

    private static ExactSum Sum(params double[] values)
    {
        var sum = new ExactSum();
        foreach (var value in values) sum.Add(value);
        return sum;
    }

    private static byte[] Bytes(ExactSum sum)
    {
        var writer = new StateWriter();
        sum.Write(writer);
        return writer.ToArray();
    }

    /// <summary>value·2^1074, an integer.</summary>
    private static BigInteger Scaled(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = bits & 0xF_FFFF_FFFF_FFFF;
        var magnitude = exponent == 0 ? mantissa : (mantissa + (BigInteger.One << 52)) << (exponent - 1);
        return bits < 0 ? -magnitude : magnitude;
    }

    /// <summary>The float64 nearest to number·2^exponent, found by comparing the two that enclose it.</summary>
    private static double Nearest(BigInteger number, int exponent)
    {
        if (number.IsZero) return 0;
        // In units of 2^exponent, at most 2^-1074, every float64 is an integer.
        BigInteger Units(double value) => Scaled(value) << (-1074 - exponent);
        var magnitude = BigInteger.Abs(number);
        long low = 0, high = BitConverter.DoubleToInt64Bits(double.PositiveInfinity);
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (Units(BitConverter.Int64BitsToDouble(middle)) <= magnitude) low = middle;
            else high = middle;
        }

        var (below, above) = (Units(BitConverter.Int64BitsToDouble(low)), Units(BitConverter.Int64BitsToDouble(high)));
        var up = magnitude - below > above - magnitude || (magnitude - below == above - magnitude && low % 2 != 0);
        var nearest = BitConverter.Int64BitsToDouble(up ? high : low);
        return number.Sign < 0 ? -nearest : nearest;
    }
}
