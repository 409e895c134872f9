using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Realised performance of a regression model. Error = prediction − label; variances divide by n.</summary>
public static class RegressionPerformance
{
    /// <summary>The metrics' keys, in the order in which they are reported.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["mse", "rmse", "mae", "r2", "mean_error", "error_variance", "prediction_variance", "label_variance"];

    /// <summary>All metrics by key; what is undefined says why.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Of(RegressionOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        var rows = outcomes.Rows;
        if (rows <= 0) return Keys.ToOrdered(_ => MetricValue.Undefined(MetricStatus.NoLabels, 0));
        var mse = MeanSquaredError(outcomes);
        return new OrderedDictionary<string, MetricValue>
        {
            ["mse"] = mse,
            ["rmse"] = RootMeanSquaredError(mse),
            ["mae"] = MeanAbsoluteError(outcomes),
            ["r2"] = RSquared(mse, LabelVariance(outcomes)),
            ["mean_error"] = MeanError(outcomes),
            ["error_variance"] = MetricValue.Of(ExactSum.Variance(outcomes.Errors, outcomes.SquaredErrors, rows), rows),
            ["prediction_variance"] = MetricValue.Of(ExactSum.Variance(outcomes.Predictions, outcomes.PredictionSquares, rows), rows),
            ["label_variance"] = MetricValue.Of(LabelVariance(outcomes), rows),
        };
    }

    /// <summary>Σe²/n, with the interval of a mean.</summary>
    private static MetricValue MeanSquaredError(RegressionOutcomes o) =>
        Intervals.Symmetric(o.SquaredErrors.Value / o.Rows, Intervals.OfMean(o.SquaredErrors, o.FourthPowers, o.Rows), o.Rows, least: 0);

    /// <summary>√MSE; SE by the delta method SE_mse / (2·RMSE).</summary>
    private static MetricValue RootMeanSquaredError(MetricValue mse)
    {
        var root = Math.Sqrt(mse.Value!.Value);
        return MetricValue.Of(root, mse.Rows) with { StandardError = root > 0 ? mse.StandardError / (2 * root) : null };
    }

    /// <summary>Σ|e|/n, with the interval of a mean.</summary>
    private static MetricValue MeanAbsoluteError(RegressionOutcomes o) =>
        Intervals.Symmetric(o.AbsoluteErrors.Value / o.Rows, Intervals.OfMean(o.AbsoluteErrors, o.SquaredErrors, o.Rows), o.Rows, least: 0);

    /// <summary>
    /// 1 − MSE/V, V the label variance; SE by the delta method √(SE_mse² + MSE²·2/n)/V: V has a relative error of √(2/n) where labels are
    /// normal. The covariance of both, which would only narrow it, is left out.
    /// </summary>
    /// <remarks>With V taken as known a fifth of SE is missing where R² is about 0.75, and versions without a gap were called overfitted twice as often.</remarks>
    private static MetricValue RSquared(MetricValue mse, double labelVariance)
    {
        if (labelVariance == 0) return MetricValue.Undefined(MetricStatus.ConstantLabel, mse.Rows);
        var value = 1 - (mse.Value!.Value / labelVariance);
        var ofVariance = (1 - value) * Math.Sqrt(2.0 / mse.Rows!.Value);
        // Labels that differ in their last bit alone: the quotient may leave float64.
        return double.IsFinite(value)
            ? MetricValue.Of(value, mse.Rows) with { StandardError = mse.StandardError is { } error ? double.Hypot(error / labelVariance, ofVariance) : null }
            : MetricValue.Undefined(MetricStatus.ZeroDenominator, mse.Rows);
    }

    /// <summary>Σe/n, the bias.</summary>
    private static MetricValue MeanError(RegressionOutcomes o) =>
        MetricValue.Of(o.Errors.Value / o.Rows, o.Rows) with { StandardError = Intervals.OfMean(o.Errors, o.SquaredErrors, o.Rows) };

    private static double LabelVariance(RegressionOutcomes o) => ExactSum.Variance(o.Labels, o.LabelSquares, o.Rows);
}
