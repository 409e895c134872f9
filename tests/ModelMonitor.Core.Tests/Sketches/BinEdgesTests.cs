using CsCheck;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Sketches;

public sealed class BinEdgesTests
{
    private static readonly double[] Awkward =
    [
        double.NegativeInfinity, double.PositiveInfinity, 0.0, -0.0, double.Epsilon, -double.Epsilon, 2.2250738585072014E-308, double.MaxValue, double.MinValue, 0.1, 0.3, -0.3, 1,
    ];

    private static readonly Gen<double> Values = Gen.OneOf(Gen.OneOf(Awkward), Gen.Double[-2, 2], Gen.Int[-3, 3].Select(i => (double)i));

    [Fact]
    public void A_bin_is_the_number_of_edges_below_the_value() =>
        Gen.Select(Values.Where(double.IsFinite).Array[0, 30], Values.Array[1, 50]).Sample((edges, values) =>
        {
            var sorted = edges.Select(e => e == 0 ? 0 : e).Distinct().Order().ToArray();
            var bins = new BinEdges(sorted);
            foreach (var value in values.Concat(sorted))
            {
                Assert.Equal(sorted.Count(e => e < value), bins.BinOf(value));
                Assert.Equal(BySearch(sorted, value), bins.BinOf(value));
            }
        });

    [Fact]
    public void A_value_at_an_edge_lies_in_the_bin_that_ends_there()
    {
        var bins = new BinEdges([-1, 0, 1]);
        Assert.Equal([0, 0, 1, 1, 1, 2, 2, 3, 3], new[] { double.NegativeInfinity, -1, Math.BitIncrement(-1), -0.0, 0.0, double.Epsilon, 1, Math.BitIncrement(1), double.PositiveInfinity }.Select(bins.BinOf));
    }

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(2.0, 1.0)]
    [InlineData(0.0, -0.0)]
    [InlineData(0.0, double.PositiveInfinity)]
    [InlineData(double.NaN, 1.0)]
    public void Edges_that_do_not_ascend_are_refused(double first, double second) => Assert.Throws<ArgumentException>(() => new BinEdges([first, second]));

    [Fact]
    public void A_score_predicts_positive_exactly_from_the_threshold_on() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1].Array[20]).Sample((threshold, scores) =>
        {
            var bins = new ScoreBins(0, 1, [], threshold);
            foreach (var score in scores.Concat([threshold, Math.BitDecrement(threshold), Math.BitIncrement(threshold), -1, 2]))
                Assert.Equal(score >= threshold, bins.Edges.BinOf(score) >= bins.FirstPositive);
        });

    private static int BySearch(double[] edges, double value)
    {
        // −0 sorts before 0 for Array.BinarySearch but is the same number.
        var found = Array.BinarySearch(edges, value == 0 ? 0 : value);
        return found >= 0 ? found : ~found;
    }
}
