using System.Numerics;
using CsCheck;
using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Core.Tests.Kernels;

public sealed class ColumnStatisticsTests
{
    private static readonly Gen<ColumnRange> Ranges = Gen.OneOf(
        Gen.Select(Gen.Double[-3, 0], Gen.Double[0, 3], Gen.Double[-1, 1], (low, high, centre) => new ColumnRange(low, high, centre)),
        Gen.Const(new ColumnRange(double.NaN, double.NaN, 0)),
        Gen.Const(new ColumnRange(-1e300, 1e300, 0)),
        Gen.Const(new ColumnRange(2, 2, 2)));

    [Fact]
    public void A_float32_column_gives_what_its_naive_twin_gives() => Agrees<float>();

    [Fact]
    public void A_float64_column_gives_what_its_naive_twin_gives() => Agrees<double>();

    [Fact]
    public void A_number_adds_the_same_bits_as_float32_and_as_float64() =>
        Gen.Select(Column.Of<float>([-1, 0, 0.1, 2]), Ranges, Gen.Bool).Sample((values, range, mayHaveNaN) =>
        {
            var (narrow, wide) = (new ColumnStatistics(), new ColumnStatistics());
            mayHaveNaN |= values.Any(float.IsNaN);
            narrow.Add<float>(values, range, mayHaveNaN);
            wide.Add<double>(values.Select(v => (double)v).ToArray(), range, mayHaveNaN);
            Assert.Equal(narrow, wide);
        });

    [Fact]
    public void Minus_zero_does_not_show()
    {
        var statistics = new ColumnStatistics();
        statistics.Add<float>([-0.0f, -0.0f, float.NaN, -0.0f, -0.0f, -0.0f, -0.0f, -0.0f, -0.0f], new ColumnRange(0, 0, 0));
        Assert.False(double.IsNegative(statistics.Minimum) || double.IsNegative(statistics.Maximum));
        Assert.Equal((8, 0), (statistics.Finite, statistics.OutOfRange));
    }

    private static void Agrees<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Gen.Select(Column.Of<T>([-1, 0, 0.1, 2]), Ranges, Gen.Bool).Sample((values, range, mayHaveNaN) =>
        {
            // Squares beyond float64 are withheld by whoever reads them; here they would only hide what is compared.
            values = [.. values.Where(v => !T.IsFinite(v) || T.Abs(v) < T.CreateChecked(1e30))];
            var expected = ColumnStatisticsNaive.Of(values.Select(double.CreateTruncating), range);
            var actual = new ColumnStatistics();
            actual.Add<T>(values, range, mayHaveNaN || values.Any(T.IsNaN));
            Assert.Equal((expected.Finite, expected.OutOfRange, expected.Minimum, expected.Maximum), (actual.Finite, actual.OutOfRange, actual.Minimum, actual.Maximum));
            Assert.InRange(Math.Abs(actual.Sum - expected.Sum), 0, 1e-12 * expected.Magnitudes);
            Assert.InRange(Math.Abs(actual.Squares - expected.Squares), 0, 1e-12 * expected.Squares);
        });
}
