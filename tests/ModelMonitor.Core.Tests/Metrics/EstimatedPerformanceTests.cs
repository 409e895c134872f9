using CsCheck;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class EstimatedPerformanceTests
{
    private static readonly ScoreBins Bins = new(0, 1, [], threshold: 0.3125);

    /// <summary>Two blocks of which the upper one starts at score 0.25.</summary>
    private static ScoreCalibration TwoBlocks(long low, long high) => new()
    {
        Isotonic = true,
        Edges = [BinEdges.AtOrAbove(0.25)],
        Rows = [100, 50],
        Positives = [low, high],
        EceCalibrated = 0,
        FittedRows = 150,
    };

    private static ScoreCalibration Identity { get; } = new()
    {
        Isotonic = false,
        Edges = [.. Enumerable.Range(1, 9).Select(i => BinEdges.AtOrAbove(i / 10.0))],
        Rows = [.. Enumerable.Repeat(1000L, 10)],
        Positives = [.. Enumerable.Range(0, 10).Select(i => (i * 100L) + 50)],
        EceCalibrated = 0,
        FittedRows = 10_000,
    };

    private static long[] Count(IEnumerable<double> scores, ScoreBins? bins = null)
    {
        bins ??= Bins;
        var rows = new long[bins.Edges.Bins];
        foreach (var score in scores) rows[bins.Edges.BinOf(score)]++;
        return rows;
    }

    private static IReadOnlyDictionary<string, MetricValue> Of(IEnumerable<double> scores, ScoreCalibration calibration) =>
        EstimatedPerformance.Of(ExpectedOutcomes.Of(Count(scores), Bins, calibration), probabilities: true);

    [Fact]
    public void Estimates_and_their_standard_errors_agree_with_another_implementation()
    {
        var golden = GoldenCalibration.Read();
        var values = EstimatedPerformance.Of(ExpectedOutcomes.Of(Count(golden.Production, golden.Bins), golden.Bins, golden.Fit()), probabilities: true);
        Assert.Equal(EstimatedPerformance.Keys, values.Keys);
        foreach (var (key, value) in values)
        {
            var (expected, error) = golden.Estimated(key);
            Assert.True(Math.Abs(expected - value.Value!.Value) < 1e-9, $"{key}: {value.Value}, expected {expected}");
            Assert.True(Math.Abs((error / value.StandardError!.Value) - 1) < 1e-4, $"{key}: standard error {value.StandardError}, expected {error}");
            Assert.InRange(value.Value.Value, value.Lower!.Value, value.Upper!.Value);
        }
    }

    /// <summary>With labels as they are to be expected, in numbers that need no rounding, estimated and realised are one.</summary>
    [Fact]
    public void Where_labels_fall_as_expected_the_estimate_is_what_is_realised()
    {
        var realised = new List<(double Score, bool Positive)>();
        foreach (var (score, positives) in new[] { (0.0625, 10), (0.125, 10), (0.28125, 60), (0.5, 60), (0.75, 60) })
            realised.AddRange(Enumerable.Range(0, 100).Select(i => (score + (0.5 / 4096), i < positives)));
        var (outcomes, _) = Make.Outcomes(realised, Bins);
        var performance = BinaryPerformance.Of(outcomes, Make.Dropped(), Bins);
        var estimated = Of(realised.Select(r => r.Score), TwoBlocks(10, 30));
        foreach (var (key, value) in estimated) Assert.Equal(performance[key].Value!.Value, value.Value!.Value, 1e-9);
        Assert.Equal(performance["roc_auc"].ErrorBound!.Value, estimated["roc_auc"].ErrorBound!.Value, 1e-12);
        Assert.Equal(performance["ks"].ErrorBound!.Value, estimated["ks"].ErrorBound!.Value, 1e-12);
        var errors = EstimateErrors.Of(outcomes, Bins, TwoBlocks(10, 30), performance);
        Assert.Equal(EstimatedPerformance.Keys, errors.Keys);
        Assert.All(errors.Values, error => Assert.Equal(0, error.Value!.Value, 1e-9));
    }

    /// <summary>Labels drawn from the calibration many times over: 95 % of the realised values lie within the interval, as far as chance lets them.</summary>
    [Fact]
    public void The_interval_holds_what_is_realised_nineteen_times_in_twenty()
    {
        var random = new Random(11);
        double[] scores = [.. Enumerable.Range(0, 1500).Select(_ => Math.Pow(random.NextDouble(), 2))];
        // So many hold-out rows that chance alone is left.
        var sure = Identity with { Rows = [.. Identity.Rows.Select(r => r * 1_000_000)], Positives = [.. Identity.Positives.Select(r => r * 1_000_000)] };
        var estimated = Of(scores, sure);
        var within = EstimatedPerformance.Keys.ToDictionary(key => key, _ => 0);
        const int Draws = 400;
        for (var i = 0; i < Draws; i++)
        {
            var (outcomes, distinct) = Make.Outcomes(scores.Select(s => (s, random.NextDouble() < s)), Bins);
            foreach (var (key, value) in BinaryPerformance.Of(outcomes, distinct, Bins))
            {
                if (key != "ece" && value.Value >= estimated[key].Lower && value.Value <= estimated[key].Upper) within[key]++;
            }
        }

        // 380 expected; fewer than 362 has a chance of 0.0001. The realised KS is a maximum over chances and lies too high.
        foreach (var (key, count) in within.Where(w => w.Key != "ks")) Assert.True(count >= 362, $"{key}: {count} of {Draws} within the interval");
        Assert.All(within.Values, count => Assert.True(count < Draws));
    }

    [Fact]
    public void Fewer_hold_out_rows_make_estimates_less_certain() =>
        Assert.All(
            Of([0.1, 0.2, 0.3, 0.4, 0.6], TwoBlocks(10, 30)).Zip(Of([0.1, 0.2, 0.3, 0.4, 0.6], TwoBlocks(10, 30) with { Rows = [1000, 500], Positives = [100, 300] })),
            pair => Assert.True(pair.First.Value.StandardError > pair.Second.Value.StandardError, pair.First.Key));

    /// <summary>The middle of a bin stands for its scores: the values over the scores themselves lie within the bound.</summary>
    [Fact]
    public void What_binning_leaves_out_lies_within_the_bound() =>
        Gen.Double[0, 1].Array[1, 50].Sample(scores =>
        {
            var values = Of(scores, TwoBlocks(10, 30));
            double P(double score) => score >= 0.25 ? 0.6 : 0.1;
            Within(scores.Average(s => (P(s) * (1 - s) * (1 - s)) + ((1 - P(s)) * s * s)), values["brier"]);
            Within(scores.Average(s => -(P(s) * Math.Log(Math.Max(s, 1e-15))) - ((1 - P(s)) * Math.Log(Math.Max(1 - s, 1e-15)))), values["log_loss"]);
        });

    [Fact]
    public void What_is_undefined_says_why()
    {
        var low = Of([0.01, 0.02], TwoBlocks(0, 30));
        Assert.Equal(MetricStatus.OneClassOnly, low["roc_auc"].Status);
        Assert.Equal(MetricStatus.NoPredictedPositives, low["precision"].Status);
        Assert.Equal(MetricStatus.NoPositives, low["recall"].Status);
        Assert.Equal(MetricStatus.OneClassOnly, low["mcc"].Status);
        Assert.Equal(MetricStatus.ZeroDenominator, Of([0.01, 0.26], TwoBlocks(10, 30))["mcc"].Status);
        Assert.All(Of([], TwoBlocks(10, 30)).Values, value => Assert.Equal(MetricStatus.NoRows, value.Status));
        var margins = EstimatedPerformance.Of(ExpectedOutcomes.Of(Count([0.1, 0.5]), Bins, TwoBlocks(10, 30)), probabilities: false);
        Assert.Equal(MetricStatus.UndefinedOperand, margins["brier"].Status);
        Assert.NotNull(margins["roc_auc"].Value);
    }

    private static void Within(double exact, MetricValue value) =>
        Assert.InRange(exact, value.Value!.Value - value.ErrorBound!.Value - 1e-12, value.Value.Value + value.ErrorBound.Value + 1e-12);
}
