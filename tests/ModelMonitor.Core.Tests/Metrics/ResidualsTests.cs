using CsCheck;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class ResidualsTests
{
    private static readonly Gen<LabelledScore[]> s_rows = Gen.Select(Gen.Int[0, 60], Gen.Double[-50, 50]).Select((score, label) => new LabelledScore(score / 4.0, label)).Array[1, 90];

    [Fact]
    public void Tenths_hold_every_row_once_in_the_order_of_predictions_with_equal_ones_together() => s_rows.Sample(rows =>
    {
        var tenths = Residuals.Deciles(rows);
        Assert.InRange(tenths.Count, 1, 10);
        Assert.Equal(rows.Length, tenths.Sum(t => t.Rows));
        Assert.All(tenths.Zip(tenths.Skip(1)), pair => Assert.True(pair.First.To < pair.Second.From));
        Assert.All(tenths, tenth =>
        {
            var own = rows.Where(r => r.Score >= tenth.From && r.Score <= tenth.To).ToArray();
            var mean = own.Sum(r => r.Score - r.Label) / own.Length;
            Assert.Equal(own.Length, tenth.Rows);
            Assert.Equal(own.Sum(r => r.Score) / own.Length, tenth.MeanPrediction, 1e-9);
            Assert.Equal(mean, tenth.MeanResidual, 1e-9);
            Assert.Equal((own.Sum(r => Math.Pow(r.Score - r.Label, 2)) / own.Length) - (mean * mean), tenth.Spread * tenth.Spread, 1e-7);
        });
    });

    [Fact]
    public void Tenths_of_different_predictions_differ_by_one_row_at_most() => Gen.Int[1, 500].Sample(count =>
    {
        var tenths = Residuals.Deciles([.. Enumerable.Range(0, count).Select(i => new LabelledScore(i * 37 % 509, 0))]);
        Assert.Equal(Math.Min(10, count), tenths.Count);
        Assert.InRange(tenths.Max(t => t.Rows) - tenths.Min(t => t.Rows), 0, 1);
    });

    [Fact]
    public void A_bin_holds_its_upper_edge_and_the_first_also_its_lower()
    {
        double[] residuals = [-2, -1, -0.5, 0, 0.25, 1, 2];
        Assert.Equal([2, 2, 2, 1], Residuals.Counts(residuals.Select(r => new LabelledScore(r, 0)), [-2, -1, 0, 1, 2]));
    }
}
