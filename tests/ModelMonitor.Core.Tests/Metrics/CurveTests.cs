using CsCheck;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Tests.Metrics;

/// <summary>Curves against the rows that they are drawn from, and against the metrics that they show.</summary>
public sealed class CurveTests
{
    [Fact]
    public void The_ROC_curve_is_that_of_every_score_as_a_threshold_and_holds_the_area_and_the_KS() => Make.BinaryRows.Sample(rows =>
    {
        var (outcomes, distinct) = Make.Outcomes(rows);
        var ranking = Ranking.Of(outcomes, distinct);
        var curve = RocCurve.Of(ranking);
        Assert.Equal((0.0, 0.0, 1.0, 1.0), (curve[0].FalsePositiveRate, curve[0].TruePositiveRate, curve[^1].FalsePositiveRate, curve[^1].TruePositiveRate));
        double positives = rows.Count(r => r.Positive), negatives = rows.Count(r => !r.Positive);
        foreach (var point in curve.Skip(1))
        {
            Assert.Equal(rows.Count(r => r.Positive && r.Score >= point.Threshold) / positives, point.TruePositiveRate, 1e-12);
            Assert.Equal(rows.Count(r => !r.Positive && r.Score >= point.Threshold) / negatives, point.FalsePositiveRate, 1e-12);
        }

        var area = curve.Zip(curve.Skip(1)).Sum(s => (s.Second.FalsePositiveRate - s.First.FalsePositiveRate) * (s.Second.TruePositiveRate + s.First.TruePositiveRate) / 2);
        Assert.Equal(Naive.RocAuc(rows), area, 1e-9);
        var farthest = RocCurve.Farthest(curve);
        Assert.Equal(Naive.ClassKs(rows), Math.Abs(farthest.TruePositiveRate - farthest.FalsePositiveRate), 1e-12);
    });

    [Fact]
    public void One_class_alone_has_no_ROC_curve()
    {
        var (outcomes, distinct) = Make.Outcomes([(0.2, true), (0.4, true)]);
        Assert.Empty(RocCurve.Of(Ranking.Of(outcomes, distinct)));
    }

    [Fact]
    public void Reliability_bins_hold_every_row_and_give_the_calibration_error() => Make.BinaryRows.Sample(rows =>
    {
        var (outcomes, _) = Make.Outcomes(rows);
        var bins = Reliability.Of(outcomes);
        Assert.Equal(rows.Length, bins.Sum(b => b.Rows));
        foreach (var bin in bins)
        {
            var own = rows.Where(r => r.Score >= bin.From && (r.Score < bin.From + 0.1 - 1e-12 || bin.From > 0.85)).ToArray();
            Assert.Equal(own.Length, bin.Rows);
            Assert.Equal(own.Average(r => r.Score), bin.MeanScore, 1e-9);
            Assert.Equal(own.Average(r => r.Positive ? 1.0 : 0), bin.Share.Value!.Value, 1e-12);
        }

        Assert.Equal(ProbabilityMetrics.Ece(outcomes).Value!.Value, bins.Sum(b => b.Rows * Math.Abs(b.MeanScore - b.Share.Value!.Value)) / rows.Length, 1e-12);
    });

    [Fact]
    public void Scores_that_are_no_probabilities_have_no_reliability() => Assert.Empty(Reliability.Of(Make.Outcomes([(1.5, true), (0.2, false)]).Outcomes));

    [Fact]
    public void Cumulative_shares_are_those_of_the_values_and_their_largest_distance_is_the_KS() =>
        Gen.Select(Make.Values, Make.Values).Where((r, _) => r.Distinct().Count() > 1).Sample((reference, production) =>
        {
            var shape = Make.Shape(reference);
            var points = CumulativeDistribution.Of(Make.Sketch(production, shape), shape, Make.Reference(reference, shape));
            foreach (var point in points)
            {
                Assert.Equal((double)reference.Count(x => x <= point.Value) / reference.Length, point.Reference, 1e-12);
                Assert.Equal((double)production.Count(x => x <= point.Value) / production.Length, point.Production, 1e-12);
            }

            var (ks, _) = KolmogorovSmirnov.FromBins(Make.Reference(reference, shape).Counts, Make.Sketch(production, shape).Counts);
            Assert.Equal(ks, points.Max(p => Math.Abs(p.Reference - p.Production)), 1e-12);
        });

    [Fact]
    public void A_histogram_holds_every_value_once_between_its_ends() =>
        Gen.Select(Make.Values, Make.Values).Where((r, _) => r.Distinct().Count() > 1).Sample((reference, production) =>
        {
            var shape = Make.Shape(reference);
            var histogram = Histogram.Of(Make.Sketch(production, shape), shape, Make.Reference(reference, shape))!;
            Assert.Equal((reference.Length, production.Length), (histogram.Bars.Sum(b => b.Reference), histogram.Bars.Sum(b => b.Production)));
            Assert.InRange(histogram.Bars.Count, 1, 41);
            Assert.All(histogram.Bars, bar => Assert.True(bar.Width > 0));
            Assert.All(histogram.Bars.Zip(histogram.Bars.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
            for (var i = 0; i < histogram.Bars.Count; i++)
            {
                var (bar, first, last) = (histogram.Bars[i], i == 0, i == histogram.Bars.Count - 1);
                Assert.Equal(production.Count(x => (first || x > bar.From) && (last || x <= bar.To)), bar.Production);
            }

            Assert.Equal(production.Any(x => x < histogram.Bars[0].From || x > histogram.Bars[^1].To), histogram.Cut);
        });

    [Fact]
    public void A_reference_without_spread_has_no_histogram()
    {
        var shape = Make.Shape([1, 1, 1]);
        Assert.Null(Histogram.Of(Make.Sketch([1, 2], shape), shape, Make.Reference([1, 1, 1], shape)));
    }
}
