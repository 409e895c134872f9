using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class GapsTests
{
    /// <summary>Golden values of an independent implementation: a regression model on real data, train against hold-out and production.</summary>
    [Fact]
    public void Gaps_agree_with_another_implementation()
    {
        var gaps = Gaps.Of(
            new OrderedDictionary<string, MetricValue> { ["mse"] = MetricValue.Of(3.1843681586198604), ["mean_error"] = MetricValue.Of(0.28), ["r2"] = MetricValue.Of(0.9096422116056505) },
            null,
            new OrderedDictionary<string, MetricValue> { ["mse"] = MetricValue.Of(11.505335749950538), ["mean_error"] = MetricValue.Of(-2.02), ["r2"] = MetricValue.Of(0.7354277208978839) });
        Assert.Equal(["mse", "r2"], gaps.Select(g => g.Metric));
        Assert.Equal(2.613067075427948, gaps[0].Value.Value!.Value, 1e-12);
        Assert.Equal(0.19151979589893126, gaps[1].Value.Value!.Value, 1e-12);
    }

    [Fact]
    public void Train_to_holdout_comes_first_then_train_to_production_then_holdout_to_production()
    {
        var values = new OrderedDictionary<string, MetricValue> { ["roc_auc"] = MetricValue.Of(0.8), ["log_loss"] = MetricValue.Of(0.5), ["label_variance"] = MetricValue.Of(1) };
        Assert.Equal(
            [("roc_auc", "train", "holdout"), ("log_loss", "train", "holdout"), ("roc_auc", "train", "production"), ("log_loss", "train", "production"), ("roc_auc", "holdout", "production"), ("log_loss", "holdout", "production")],
            Gaps.Of(values, values, values).Select(g => (g.Metric, g.From, g.To)));
        Assert.All(Gaps.Of(values, null, values), gap => Assert.Equal(("train", "production", 0.0), (gap.From, gap.To, gap.Value.Value)));
    }

    [Fact]
    public void Worse_is_positive_whichever_way_the_metric_is_better_and_whatever_its_sign()
    {
        Assert.Equal(0.25, Gaps.Of(MetricDirection.HigherIsBetter, MetricValue.Of(0.8), MetricValue.Of(0.6)).Value!.Value, 1e-12);
        Assert.Equal(0.5, Gaps.Of(MetricDirection.LowerIsBetter, MetricValue.Of(2), MetricValue.Of(3)).Value!.Value, 1e-12);
        Assert.Equal(1, Gaps.Of(MetricDirection.HigherIsBetter, MetricValue.Of(-0.5), MetricValue.Of(-1)).Value!.Value, 1e-12);
    }

    [Fact]
    public void The_standard_error_comes_from_both_sides()
    {
        var gap = Gaps.Of(MetricDirection.HigherIsBetter, MetricValue.Of(0.8) with { StandardError = 0.01 }, MetricValue.Of(0.6) with { StandardError = 0.02 });
        var error = Math.Sqrt(((0.02 * 0.02) + (0.75 * 0.75 * 0.01 * 0.01)) / (0.8 * 0.8));
        Assert.Equal(error, gap.StandardError!.Value, 1e-12);
        Assert.Equal(0.25 - (1.959963984540054 * error), gap.Lower!.Value, 1e-12);
        Assert.Equal(0.25 + (1.959963984540054 * error), gap.Upper!.Value, 1e-12);
        Assert.Null(Gaps.Of(MetricDirection.HigherIsBetter, MetricValue.Of(0.8), MetricValue.Of(0.6) with { StandardError = 0.02 }).StandardError);
    }

    [Fact]
    public void From_almost_nothing_or_nothing_there_is_no_gap()
    {
        Assert.Equal(MetricStatus.ZeroDenominator, Gaps.Of(MetricDirection.LowerIsBetter, MetricValue.Of(9e-7), MetricValue.Of(1)).Status);
        Assert.Equal(MetricStatus.UndefinedOperand, Gaps.Of(MetricDirection.LowerIsBetter, MetricValue.Undefined(MetricStatus.NoLabels), MetricValue.Of(1)).Status);
        Assert.Equal(MetricStatus.UndefinedOperand, Gaps.Of(MetricDirection.LowerIsBetter, MetricValue.Of(1), MetricValue.Undefined(MetricStatus.NoLabels)).Status);
    }

    [Fact]
    public void Every_reported_metric_has_the_direction_of_its_kind()
    {
        Assert.All(BinaryPerformance.Keys, key => Assert.Equal(key is "log_loss" or "brier" or "ece" ? MetricDirection.LowerIsBetter : MetricDirection.HigherIsBetter, MetricDirections.Of(key)));
        Assert.All(["mean_error", "prediction_variance", "label_variance"], key => Assert.Equal(MetricDirection.None, MetricDirections.Of(key)));
        Assert.All(["mse", "rmse", "mae", "error_variance"], key => Assert.Equal(MetricDirection.LowerIsBetter, MetricDirections.Of(key)));
        Assert.Equal(MetricDirection.HigherIsBetter, MetricDirections.Of("estimated_roc_auc"));
    }
}
