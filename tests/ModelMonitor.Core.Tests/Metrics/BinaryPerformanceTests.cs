using CsCheck;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class BinaryPerformanceTests
{
    private static readonly string[] Keys =
    [
        "roc_auc", "ks", "gini", "average_precision", "precision", "recall", "f1", "accuracy", "balanced_accuracy", "mcc", "log_loss", "brier", "ece", "lift_top_decile",
    ];

    [Fact]
    public void Ranked_metrics_are_what_their_formulas_say() =>
        Make.BinaryRows.Sample(rows =>
        {
            var values = Of(rows);
            Near(Naive.RocAuc(rows), values["roc_auc"]);
            Near(Naive.ClassKs(rows), values["ks"]);
            Near((2 * Naive.RocAuc(rows)) - 1, values["gini"]);
            Near(Naive.AveragePrecision(rows), values["average_precision"]);
            Near(Naive.LiftTopDecile(rows), values["lift_top_decile"]);
            Assert.Equal(0, values["roc_auc"].ErrorBound);
            Assert.Equal(0, values["ks"].ErrorBound);
        });

    [Fact]
    public void The_interval_of_the_AUC_is_DeLongs() =>
        Make.BinaryRows.Sample(rows =>
        {
            var auc = Of(rows)["roc_auc"];
            var error = Naive.DeLongStandardError(rows);
            Assert.Equal(error, auc.StandardError!.Value, 1e-9);
            Assert.Equal(Math.Max(auc.Value!.Value - (1.959963984540054 * error), 0), auc.Lower!.Value, 1e-8);
            Assert.Equal(Math.Min(auc.Value!.Value + (1.959963984540054 * error), 1), auc.Upper!.Value, 1e-8);
        });

    [Fact]
    public void Decisions_are_counted_exactly_at_the_threshold() =>
        Make.BinaryRows.Sample(rows =>
        {
            var values = Of(rows);
            double tp = rows.Count(r => r.Positive && r.Score >= 0.3), fp = rows.Count(r => !r.Positive && r.Score >= 0.3);
            double fn = rows.Count(r => r.Positive && r.Score < 0.3), tn = rows.Count(r => !r.Positive && r.Score < 0.3);
            Near(tp / (tp + fp), values["precision"]);
            Near(tp / (tp + fn), values["recall"]);
            Near((tp + tn) / rows.Length, values["accuracy"]);
            Near(2 * tp / ((2 * tp) + fp + fn), values["f1"]);
            Near(((tp / (tp + fn)) + (tn / (tn + fp))) / 2, values["balanced_accuracy"]);
            Near(((tp * tn) - (fp * fn)) / Math.Sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)), values["mcc"]);
        });

    [Fact]
    public void Probability_metrics_are_what_their_formulas_say() =>
        Make.BinaryRows.Sample(rows =>
        {
            var values = Of(rows);
            var losses = rows.Select(r => -Math.Log(r.Positive ? Math.Clamp(r.Score, 1e-15, 1 - 1e-15) : 1 - Math.Clamp(r.Score, 1e-15, 1 - 1e-15))).ToList();
            var squares = rows.Select(r => Math.Pow(r.Score - (r.Positive ? 1 : 0), 2)).ToList();
            Near(losses.Average(), values["log_loss"]);
            Near(squares.Average(), values["brier"]);
            Assert.Equal(Math.Sqrt(Naive.SampleVariance(losses) / rows.Length), values["log_loss"].StandardError!.Value, 1e-9);
            Assert.Equal(Math.Sqrt(Naive.SampleVariance(squares) / rows.Length), values["brier"].StandardError!.Value, 1e-9);
            var steps = Enumerable.Range(0, 10).Select(i => rows.Where(r => r.Score >= i / 10.0 && (i == 9 || r.Score < (i + 1) / 10.0)).ToList());
            Near(steps.Where(s => s.Count > 0).Sum(s => s.Count / (double)rows.Length * Math.Abs(s.Average(r => r.Score) - s.Average(r => r.Positive ? 1.0 : 0))), values["ece"]);
        });

    [Fact]
    public void From_bins_the_exact_values_lie_within_the_published_bounds() =>
        Gen.Select(Make.BinaryRows, Gen.OneOf(0.002, 0.3, 1.0, 900)).Sample((rows, scale) =>
        {
            // The wider the bins against the scores, the looser the approximation.
            var bins = new ScoreBins(-scale, scale, [], 0.3);
            var exact = rows.Select(r => (r.Score / 1000, r.Positive)).ToArray();
            var values = BinaryPerformance.Of(Make.Outcomes(exact, bins).Outcomes, Make.Dropped(), bins);
            Assert.InRange(Naive.RocAuc(exact) - values["roc_auc"].Value!.Value, -values["roc_auc"].ErrorBound!.Value - 1e-12, values["roc_auc"].ErrorBound!.Value + 1e-12);
            Assert.InRange(Naive.ClassKs(exact) - values["ks"].Value!.Value, -1e-12, values["ks"].ErrorBound!.Value + 1e-12);
        });

    [Fact]
    public void One_bin_for_all_scores_says_nothing_and_says_so()
    {
        var bins = new ScoreBins(-1e6, 1e6, [], 1000);
        var values = BinaryPerformance.Of(Make.Outcomes([(11, true), (12, false), (13, true)], bins).Outcomes, Make.Dropped(), bins);
        Assert.Equal((0.5, 0.5), (values["roc_auc"].Value, values["roc_auc"].ErrorBound));
        Assert.Equal((0.0, 1.0), (values["ks"].Value, values["ks"].ErrorBound));
    }

    [Fact]
    public void Many_rows_use_the_bins_and_few_the_distinct_scores()
    {
        var rows = Enumerable.Range(0, 1000).Select(i => (Score: i / 1000.0, Positive: i % 3 == 0)).ToArray();
        var (outcomes, distinct) = Make.Outcomes(rows);
        Assert.Equal(0, BinaryPerformance.Of(outcomes, distinct, Make.Bins)["roc_auc"].ErrorBound);
        for (var i = 0; i < 99; i++)
        {
            foreach (var (score, positive) in rows)
            {
                outcomes.Add(score, positive ? 1 : 0);
                distinct.Add(score, positive);
            }
        }

        Assert.Equal(DistinctScores.Limit, outcomes.Rows);
        Assert.True(BinaryPerformance.Of(outcomes, distinct, Make.Bins)["ks"].ErrorBound >= 0);
        Assert.False(Ranking.Of(outcomes, distinct).Exact);
        outcomes.Add(0.5, 1, -1);
        Assert.False(Ranking.Of(outcomes, distinct).Exact);
        distinct.Add(0.5, true, -1);
        Assert.True(Ranking.Of(outcomes, distinct).Exact);
    }

    /// <summary>Golden values of an independent implementation over 2,500 real rows (256 positives, 322 predicted ones).</summary>
    [Fact]
    public void Confusion_metrics_and_intervals_agree_with_another_implementation()
    {
        var confusion = new Confusion(119, 203, 137, 2041);
        Agree(confusion.Precision(), 0.3695652173913043, 0.31867083998052753, 0.4235350772651843);
        Agree(confusion.Recall(), 0.46484375, 0.4047172917918608, 0.5260096981130833);
        Agree(confusion.F1(), 0.4117647058823529, 0.36120067454307486, 0.462328737221631);
        Agree(confusion.Accuracy(), 0.864, 0.8500031796547841, 0.8768799037722382);
        Agree(confusion.BalancedAccuracy(), 0.6871901459447416);
        Agree(confusion.Mcc(), 0.33883441444244256);
    }

    [Fact]
    public void Keys_stand_in_their_order_and_every_value_carries_the_labelled_rows()
    {
        var values = Of([(0.2, true), (0.7, true), (0.3, false), (0.1, false)]);
        Assert.Equal(Keys, values.Keys);
        Assert.All(values.Values, value => Assert.Equal(4, value.Rows));
        Assert.Equal(2 * values["roc_auc"].StandardError, values["gini"].StandardError);
        Assert.All(["ks", "gini", "average_precision", "balanced_accuracy", "mcc", "ece", "lift_top_decile"], key => Assert.Null(values[key].Lower));
        Assert.All(values.Where(v => v.Key is not ("roc_auc" or "ks")), value => Assert.Null(value.Value.ErrorBound));
    }

    [Fact]
    public void Without_labels_nothing_is_defined()
    {
        var values = Of([]);
        Assert.Equal(Keys, values.Keys);
        Assert.All(values.Values, value => Assert.Equal((null, MetricStatus.NoLabels, 0L), (value.Value, value.Status, value.Rows)));
    }

    [Fact]
    public void With_one_class_only_what_compares_classes_is_undefined()
    {
        var negatives = Of([(0.1, false), (0.6, false)]);
        Assert.All(["roc_auc", "ks", "gini", "average_precision", "balanced_accuracy", "mcc"], key => Assert.Equal(MetricStatus.OneClassOnly, negatives[key].Status));
        Assert.Equal(MetricStatus.NoPositives, negatives["recall"].Status);
        Assert.Equal(MetricStatus.NoPositives, negatives["lift_top_decile"].Status);
        Assert.Equal((0.0, 0.0, 0.5), (negatives["precision"].Value, negatives["f1"].Value, negatives["accuracy"].Value));
        Assert.NotNull(negatives["log_loss"].Value);

        var quiet = Of([(0.1, false), (0.2, false)]);
        Assert.Equal(MetricStatus.NoPredictedPositives, quiet["precision"].Status);
        Assert.Equal(MetricStatus.NoPositives, quiet["f1"].Status);

        var positives = Of([(0.1, true), (0.6, true)]);
        Assert.All(["roc_auc", "balanced_accuracy", "mcc"], key => Assert.Equal(MetricStatus.OneClassOnly, positives[key].Status));
        Assert.Equal((0.5, 1.0), (positives["recall"].Value, positives["lift_top_decile"].Value));
    }

    [Fact]
    public void A_model_that_decides_always_alike_has_no_correlation()
    {
        var values = Of([(0.1, false), (0.2, true)]);
        Assert.Equal(MetricStatus.ZeroDenominator, values["mcc"].Status);
        Assert.Equal(MetricStatus.NoPredictedPositives, values["precision"].Status);
        Assert.Equal((0.0, 0.5), (values["f1"].Value, values["balanced_accuracy"].Value));
        Assert.Null(values["roc_auc"].Lower);
    }

    [Fact]
    public void Scores_that_are_no_probabilities_have_ranks_but_no_losses()
    {
        var values = Of([(-3, false), (7, true), (0.5, true)]);
        Assert.All(["log_loss", "brier", "ece"], key => Assert.Equal(MetricStatus.UndefinedOperand, values[key].Status));
        Assert.Equal((1.0, 1.0), (values["roc_auc"].Value, values["ks"].Value));
    }

    [Fact]
    public void A_certain_and_wrong_probability_costs_what_clipping_allows()
    {
        Assert.Equal(-Math.Log(1e-15), Of([(0, true)])["log_loss"].Value);
        Assert.Equal(-Math.Log(1 - (1 - 1e-15)), Of([(1, false)])["log_loss"].Value);
    }

    private static IReadOnlyDictionary<string, MetricValue> Of((double Score, bool Positive)[] rows)
    {
        var (outcomes, distinct) = Make.Outcomes(rows);
        return BinaryPerformance.Of(outcomes, distinct, Make.Bins);
    }

    private static void Near(double expected, MetricValue actual) => Assert.Equal(expected, actual.Value!.Value, 1e-10);

    private static void Agree(MetricValue actual, double value, double? lower = null, double? upper = null)
    {
        Assert.Equal(value, actual.Value!.Value, 1e-12);
        Assert.Equal(lower is null, actual.Lower is null);
        if (lower is { } l) Assert.Equal(l, actual.Lower!.Value, 1e-12);
        if (upper is { } u) Assert.Equal(u, actual.Upper!.Value, 1e-12);
    }
}
