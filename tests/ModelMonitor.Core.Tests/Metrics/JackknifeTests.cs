using CsCheck;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class JackknifeTests
{
    private static readonly Gen<(double Score, bool Positive)[][]> Days = Make.BinaryRows.Array[2, 14];

    private static IEnumerable<KeyValuePair<string, MetricValue>> Values(OutcomeSketch outcomes) =>
        BinaryPerformance.Of((BinaryOutcomes)outcomes, DistinctScores.None, Make.Bins);

    private static Jackknife Over((double Score, bool Positive)[][] days, IEnumerable<int> order)
    {
        var jackknife = new Jackknife(Make.Outcomes(days.SelectMany(d => d)).Outcomes, Values);
        foreach (var day in order) Assert.True(jackknife.Add(day, Make.Outcomes(days[day]).Outcomes));
        return jackknife;
    }

    /// <summary>Each day left out of the raw rows in turn.</summary>
    private static double? Twin((double Score, bool Positive)[][] days, string key)
    {
        var without = days.Select((_, out0) => Values(Make.Outcomes(days.Where((_, d) => d != out0).SelectMany(d => d)).Outcomes).Single(v => v.Key == key).Value.Value).ToList();
        if (without.Any(v => v is null)) return null;
        double mean = without.Average()!.Value, b = without.Count;
        return Math.Sqrt((b - 1) / b * without.Sum(v => (v!.Value - mean) * (v.Value - mean)));
    }

    [Fact]
    public void Blocks_taken_out_and_put_back_give_what_recounting_the_rows_gives() =>
        Days.Sample(
            days =>
            {
                var errors = Over(days, Enumerable.Range(0, days.Length)).StandardErrors();
                if (days.Length < Jackknife.LeastBlocks)
                {
                    Assert.Empty(errors);
                    return;
                }

                foreach (var key in BinaryPerformance.Keys)
                {
                    var expected = Twin(days, key);
                    Assert.Equal(expected is null, !errors.ContainsKey(key));
                    if (expected is { } known) Assert.Equal(known, errors[key], 1e-9);
                }
            },
            iter: 30);

    [Fact]
    public void The_order_of_the_blocks_changes_no_digit() =>
        Gen.Select(Make.BinaryRows.Array[10, 14], Gen.Int[0, 1000]).Sample(
            (days, seed) =>
            {
                var order = Enumerable.Range(0, days.Length).ToArray();
                var expected = Over(days, order).StandardErrors();
                new Random(seed).Shuffle(order);
                Assert.Equal(expected, Over(days, order).StandardErrors());
            },
            iter: 20);

    [Fact]
    public void What_was_subtracted_leaves_no_trace() =>
        Gen.Select(Make.BinaryRows, Make.BinaryRows).Sample((kept, passing) =>
        {
            var outcomes = Make.Outcomes(kept.Concat(passing)).Outcomes;
            Assert.True(outcomes.TrySubtract(Make.Outcomes(passing).Outcomes));
            Assert.Equal(Bytes(Make.Outcomes(kept).Outcomes), Bytes(outcomes));
            var regression = Regression(kept.Concat(passing));
            Assert.True(regression.TrySubtract(Regression(passing)));
            Assert.Equal(Bytes(Regression(kept)), Bytes(regression));
            Assert.False(regression.TrySubtract(outcomes));
            Assert.False(outcomes.TrySubtract(regression));
        });

    [Fact]
    public void Blocks_without_labels_do_not_count()
    {
        var rows = Enumerable.Range(0, 100).Select(i => (i / 100.0, i % 3 == 0)).ToArray();
        var jackknife = new Jackknife(Make.Outcomes(Enumerable.Repeat(rows, 9).SelectMany(r => r)).Outcomes, Values);
        for (var day = 0; day < 9; day++) jackknife.Add(day, Make.Outcomes(rows).Outcomes);
        jackknife.Add(9, new BinaryOutcomes(Make.Bins));
        Assert.Equal(9, jackknife.Blocks);
        Assert.Empty(jackknife.StandardErrors());
    }

    /// <summary>The textbook case: of a mean over blocks of one value each, the jackknife's error is s/√n.</summary>
    [Fact]
    public void Of_a_mean_the_jackknife_gives_the_standard_error_of_the_mean()
    {
        double[] values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
        double[] without = [.. values.Select(v => (values.Sum() - v) / (values.Length - 1))];
        Assert.Equal(Math.Sqrt(Naive.SampleVariance(values) / values.Length), Jackknife.StandardError(without), 1e-12);
    }

    /// <summary>
    /// Nothing decays; but on some days, such as those of a storm, scores say less. DeLong's interval takes rows for independent and calls decay far more
    /// often than the one time in twenty it promises; the jackknife over days keeps the promise, as far as 28 days can tell.
    /// </summary>
    [Fact]
    public void Where_rows_of_a_day_err_together_the_jackknife_raises_no_false_decay()
    {
        var random = new Random(20);
        const int Runs = 200;
        var windows = Enumerable.Range(0, Runs).Select(_ => Window(random, days: 28, rows: 250)).ToList();
        // What the windows' mean shows is the truth, so that no window has decayed from it.
        var truth = MetricValue.Of(windows.Average(auc => auc.Value!.Value)) with { StandardError = 0 };
        var plain = windows.Count(auc => Grade(truth, auc with { BlockError = null }) == GapGrade.Confirmed);
        var blocks = windows.Count(auc => Grade(truth, auc) == GapGrade.Confirmed);
        Assert.True(plain > Runs * 0.15, $"{plain} of {Runs} by DeLong");
        Assert.True(blocks < Runs * 0.09, $"{blocks} of {Runs} by the jackknife");
        static GapGrade Grade(MetricValue from, MetricValue to) => GapJudgement.Of(Gaps.Of(MetricDirection.HigherIsBetter, from, to), 0);
    }

    private static MetricValue Window(Random random, int days, int rows)
    {
        var drawn = Enumerable.Range(0, days).Select(_ =>
        {
            var sense = random.NextDouble() < 0.25 ? -0.2 : 1;
            return Enumerable.Range(0, rows).Select(_ => random.NextDouble()).Select(score => (score, random.NextDouble() < 0.3 + (sense * 0.6 * (score - 0.5)))).ToArray();
        }).ToArray();
        var (outcomes, distinct) = Make.Outcomes(drawn.SelectMany(d => d));
        var auc = BinaryPerformance.Of(outcomes, distinct, Make.Bins)["roc_auc"];
        return auc with { BlockError = Over(drawn, Enumerable.Range(0, days)).StandardErrors()["roc_auc"] };
    }

    private static RegressionOutcomes Regression(IEnumerable<(double Score, bool Positive)> rows)
    {
        var outcomes = new RegressionOutcomes();
        foreach (var (score, positive) in rows) outcomes.Add(score * 7, positive ? 1.5 : -2);
        return outcomes;
    }

    private static byte[] Bytes(OutcomeSketch outcomes)
    {
        var writer = new StateWriter();
        outcomes.Write(writer);
        return writer.ToArray();
    }
}
