using CsCheck;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Sketches;

public sealed class PercentilesTests
{
    /// <summary>Golden values: numpy 1.24.2, numpy.quantile(x, k/100).</summary>
    [Theory]
    [InlineData(1, 2.52, -27.0)]
    [InlineData(7, 8.368, -19.225999999999992)]
    [InlineData(10, 13.000000000000002, -11.599999999999982)]
    [InlineData(29, 34.696, 283.15199999999993)]
    [InlineData(50, 53.7, 1139.2)]
    [InlineData(53, 55.16000000000001, 1306.1100000000001)]
    [InlineData(58, 62.391999999999996, 1609.1519999999996)]
    [InlineData(90, 91.06, 4282.56)]
    [InlineData(99, 100.07600000000001, 5263.26)]
    public void Percentiles_are_numpys_to_the_last_bit(int percent, double ofGrid, double ofCurve)
    {
        var grid = Enumerable.Range(0, 37).Select(i => i * 7919 % 1013 / 10.0).Order().ToArray();
        var curve = Enumerable.Range(0, 250).Select(i => (0.1 * i * i) - (3.3 * i)).Order().ToArray();
        Assert.Equal(ofGrid, Percentiles.Of(grid, percent / 100.0));
        Assert.Equal(ofCurve, Percentiles.Of(curve, percent / 100.0));
    }

    [Fact]
    public void Equal_edges_are_merged_and_deciles_point_into_them()
    {
        var (edges, deciles) = Percentiles.FineEdges([1, 1, 1, 1, 2, 2, 3]);
        Assert.Equal(34, edges.Values.Length);
        Assert.Equal([1.0, 1.5999999999999996, 2.0, 2.4000000000000004], deciles.Select(i => edges.Values[i]));
    }

    [Fact]
    public void Deciles_are_the_percentiles_10_20_to_90() =>
        Gen.Double[-5, 5].Array[1, 300].Sample(values =>
        {
            var sorted = values.Order().ToArray();
            var (edges, deciles) = Percentiles.FineEdges(sorted);
            var expected = Enumerable.Range(1, 9).Select(k => Percentiles.Of(sorted, k / 10.0)).Distinct();
            var actual = deciles.Select(i => edges.Values[i]).ToArray();
            Assert.All(expected, edge => Assert.Contains(edge, actual));
            Assert.Equal(deciles.Distinct().Order(), deciles);
        });

    [Fact]
    public void A_constant_has_one_edge_and_no_values_have_none()
    {
        var (edges, deciles) = Percentiles.FineEdges([7, 7, 7]);
        Assert.Equal([7.0], edges.Values.ToArray());
        Assert.Equal([0], deciles);
        Assert.Equal(1, Percentiles.FineEdges([]).Edges.Bins);
    }

    [Fact]
    public void Values_at_both_ends_of_float64_have_edges_all_the_same()
    {
        var (edges, _) = Percentiles.FineEdges([double.MinValue, double.MinValue, double.MaxValue, double.MaxValue]);
        Assert.Equal([double.MinValue, double.MaxValue], edges.Values.ToArray());
    }
}
