using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Lifecycle;

namespace ModelMonitor.Core.Tests.Lifecycle;

public sealed class PairedComparisonTests
{
    private static readonly BaselineShape s_binary = ShapeOf(TaskKind.Binary);
    private static readonly BaselineShape s_regression = ShapeOf(TaskKind.Regression);

    /// <summary>AUC and the paired variance as DeLong et al. write them: every positive against every negative.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_paired_test_of_AUC_is_DeLongs(int seed)
    {
        var rows = Binary(seed, 300, gain: 0.3);
        var compared = PairedComparison.Of("roc_auc", rows, s_binary, s_binary)!;
        var (first, second) = (Naive(rows, s => s.Champion), Naive(rows, s => s.Challenger));
        Assert.Equal(first.Auc, compared.Champion, 12);
        Assert.Equal(second.Auc, compared.Challenger, 12);
        var variance = Covariance(first.Positive, first.Positive) + Covariance(second.Positive, second.Positive) - (2 * Covariance(first.Positive, second.Positive));
        variance /= first.Positive.Length;
        variance += (Covariance(first.Negative, first.Negative) + Covariance(second.Negative, second.Negative) - (2 * Covariance(first.Negative, second.Negative))) / first.Negative.Length;
        Assert.Equal(Math.Sqrt(variance), compared.StandardError, 12);
        Assert.Equal("delong", compared.Method);
        var gini = PairedComparison.Of("gini", rows, s_binary, s_binary)!;
        Assert.Equal((2 * compared.Gain, 2 * compared.StandardError), (gini.Gain, gini.StandardError));
    }

    [Fact]
    public void Means_are_compared_row_by_row()
    {
        var rows = Regression(1, 400, champion: 1, challenger: 0.5);
        var compared = PairedComparison.Of("mse", rows, s_regression, s_regression)!;
        var differences = rows.Scores.Select((s, i) => Math.Pow(s.Champion - rows.Labels[i], 2) - Math.Pow(s.Challenger - rows.Labels[i], 2)).ToArray();
        Assert.Equal(differences.Average(), compared.Gain, 12);
        Assert.Equal(Math.Sqrt(Covariance(differences, differences) / differences.Length), compared.StandardError, 12);
        Assert.True(compared.IsBetterBy(0, 0.05));
        var r2 = PairedComparison.Of("r2", rows, s_regression, s_regression)!;
        Assert.Equal(compared.Gain / compared.StandardError, r2.Gain / r2.StandardError, 9);
        Assert.Equal(r2.Challenger - r2.Champion, r2.Gain, 12);
    }

    [Theory]
    [InlineData("f1")]
    [InlineData("ks")]
    [InlineData("accuracy")]
    [InlineData("average_precision")]
    public void Any_other_metric_is_compared_by_its_own_definition_and_the_jackknife(string metric)
    {
        var better = PairedComparison.Of(metric, Binary(4, 3000, gain: 1.5), s_binary, s_binary)!;
        Assert.Equal("jackknife", better.Method);
        Assert.True(better.IsBetterBy(0, 0.01), $"{better}");
        Assert.False(PairedComparison.Of(metric, Binary(4, 3000, gain: 0), s_binary, s_binary)!.IsBetterBy(0, 0.05));
    }

    /// <summary>The jackknife and the exact way agree where both exist.</summary>
    [Fact]
    public void The_jackknife_agrees_with_the_standard_error_of_a_mean()
    {
        var rows = Regression(2, 2000, 1, 0.8);
        var (exact, rmse) = (PairedComparison.Of("mse", rows, s_regression, s_regression)!, PairedComparison.Of("rmse", rows, s_regression, s_regression)!);
        // d rmse = d mse / (2·rmse).
        Assert.Equal(exact.StandardError / (rmse.Champion + rmse.Challenger), rmse.StandardError, 0.25 * rmse.StandardError);
        Assert.Equal(rmse.Champion - rmse.Challenger, rmse.Gain, 12);
    }

    /// <summary>Two versions that are as good as each other: the test errs as often as its level says, not more.</summary>
    [Theory]
    [InlineData("roc_auc")]
    [InlineData("brier")]
    public void Equal_versions_are_rarely_told_apart(string metric)
    {
        var told = Enumerable.Range(0, 600).Count(seed => PairedComparison.Of(metric, Binary(seed, 400, gain: 0, noise: 1), s_binary, s_binary)!.IsBetterBy(0, 0.05));
        // 2.5 % of 600 on this side: 15, within four standard deviations.
        Assert.InRange(told, 2, 31);
    }

    [Fact]
    public void Pairing_tells_apart_what_unpaired_intervals_cannot()
    {
        // Rows that are hard for one are hard for the other.
        var (random, rows) = (new Random(5), new PairedRows());
        for (var i = 0; i < 300; i++)
        {
            var hard = 3 * Gauss(random);
            rows.Add(0, (1.05 * hard) + (0.1 * Gauss(random)), hard + (0.1 * Gauss(random)));
        }

        var compared = PairedComparison.Of("mse", rows, s_regression, s_regression)!;
        var squares = rows.Scores.Select(s => s.Champion * s.Champion).ToArray();
        var alone = Math.Sqrt(2 * Covariance(squares, squares) / 300);
        Assert.True(compared.StandardError < alone / 5, $"{compared} against {alone}");
        Assert.True(compared.IsBetterBy(0, 0.001) && compared.Gain < 2 * alone);
    }

    [Fact]
    public void Few_rows_say_nothing_and_a_metric_without_direction_is_refused()
    {
        Assert.Null(PairedComparison.Of("roc_auc", Binary(1, 40, 1), s_binary, s_binary));
        Assert.Null(PairedComparison.Of("mse", Regression(1, 99, 1, 0.5), s_regression, s_regression));
        Assert.Throws<ArgumentException>(() => PairedComparison.Of("mean_error", Regression(1, 200, 1, 0.5), s_regression, s_regression));
        Assert.False(new PairedRows().Add(1, double.NaN, 0.5));
    }

    [Fact]
    public void Levels_of_all_tests_against_a_champion_sum_to_five_percent()
    {
        Assert.Equal(0.05 * 6 / (Math.PI * Math.PI), TestLevels.Of(1), 15);
        Assert.InRange(Enumerable.Range(1, 100_000).Sum(TestLevels.Of), 0.0499, 0.05);
        Assert.True(new PairedDifference("m", 0, 0, 2, 1, 100, "paired").IsBetterBy(0, 0.05));
        Assert.False(new PairedDifference("m", 0, 0, 2, 1, 100, "paired").IsBetterBy(0, TestLevels.Of(2)));
        Assert.Equal((0.04, 3.96), new PairedDifference("m", 0, 0, 2, 1, 100, "paired").Interval(0.05) is var (l, u) ? (Math.Round(l, 2), Math.Round(u, 2)) : default);
        Assert.True(new PairedDifference("m", 0, 0, -2, 1, 100, "paired").IsWorse(0.05));
    }

    private static BaselineShape ShapeOf(TaskKind task) => new() { Task = task, Features = [], Score = Make.Shape([0, 0.25, 0.5, 0.75, 1]), ScoreBins = task == TaskKind.Binary ? Make.Bins : null };

    private static (double Auc, double[] Positive, double[] Negative) Naive(PairedRows rows, Func<(double Champion, double Challenger), double> of)
    {
        var (positive, negative) = (Indices(rows, 1), Indices(rows, 0));
        double Psi(int p, int n) => of(rows.Scores[p]).CompareTo(of(rows.Scores[n])) switch { > 0 => 1, 0 => 0.5, _ => 0 };
        return (positive.Average(p => negative.Average(n => Psi(p, n))), [.. positive.Select(p => negative.Average(n => Psi(p, n)))], [.. negative.Select(n => positive.Average(p => Psi(p, n)))]);
    }

    private static int[] Indices(PairedRows rows, double label) => [.. Enumerable.Range(0, rows.Count).Where(i => rows.Labels[i] == label)];

    private static double Covariance(double[] a, double[] b)
    {
        var (x, y) = (a.Average(), b.Average());
        return a.Zip(b, (u, v) => (u - x) * (v - y)).Sum() / (a.Length - 1);
    }

    /// <summary>A signal that both see through noise of their own; scores in 64ths, so that some tie.</summary>
    private static PairedRows Binary(int seed, int count, double gain, double noise = 1.5)
    {
        var (random, rows) = (new Random(seed), new PairedRows());
        for (var i = 0; i < count; i++)
        {
            var signal = Gauss(random);
            var label = random.NextDouble() < 1 / (1 + Math.Exp(-signal)) ? 1 : 0;
            double Score(double quality) => Math.Clamp(Math.Round(64 / (1 + Math.Exp(-((signal * (1 + quality)) + (noise * Gauss(random)))))) / 64, 0, 1);
            rows.Add(label, Score(0), Score(gain));
        }

        return rows;
    }

    private static PairedRows Regression(int seed, int count, double champion, double challenger)
    {
        var (random, rows) = (new Random(seed), new PairedRows());
        for (var i = 0; i < count; i++)
        {
            var truth = Gauss(random);
            rows.Add(truth, truth + (champion * Gauss(random)), truth + (challenger * Gauss(random)));
        }

        return rows;
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
