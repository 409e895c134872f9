using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Bias² and variance of an ensemble whose members were fitted on resamples of the training data. For a classifier a score is a probability, the error Brier's.</summary>
/// <remarks>
/// mean MSE of the members = bias² + variance, exactly (Geman, Bienenstock and Doursat 1992): the noise of the labels, which nothing
/// that looks at one label a row can tell apart, is in bias².
/// </remarks>
public static class EnsemblePerformance
{
    /// <summary>The metrics' keys, in the order in which they are reported.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["bias_squared", "variance", "variance_unbiased", "member_mse"];

    /// <summary>All by key, with the intervals of means over rows.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Of(EnsembleOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        if (outcomes.Rows <= 0) return Keys.ToOrdered(_ => MetricValue.Undefined(MetricStatus.NoLabels, 0));
        // Members of a sample of k lie closer to their own mean than to the mean of all there could be.
        var unbiased = (double)outcomes.Members / (outcomes.Members - 1);
        return new OrderedDictionary<string, MetricValue>
        {
            ["bias_squared"] = Mean(outcomes.SquaredBias, outcomes.SquaredBiasSquares, 1, outcomes.Rows),
            ["variance"] = Mean(outcomes.Variance, outcomes.VarianceSquares, 1, outcomes.Rows),
            ["variance_unbiased"] = Mean(outcomes.Variance, outcomes.VarianceSquares, unbiased, outcomes.Rows),
            ["member_mse"] = Mean(outcomes.SquaredErrors, outcomes.SquaredErrorSquares, 1, outcomes.Rows),
        };
    }

    private static MetricValue Mean(ExactSum sum, ExactSum squares, double factor, long rows) =>
        Intervals.Symmetric(factor * sum.Value / rows, factor * Intervals.OfMean(sum, squares, rows), rows, least: 0);
}
