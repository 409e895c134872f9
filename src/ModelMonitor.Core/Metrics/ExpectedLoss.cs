namespace ModelMonitor.Core.Metrics;

/// <summary>Expected means of a loss l(score, label): Σ_b n_b·(p_b·l(s_b, 1) + (1 − p_b)·l(s_b, 0)) / n, the middle of a bin standing for its scores.</summary>
/// <remarks>Both losses are monotonic in the score within a bin, so what the middle leaves out lies between a bin's ends: that is the bound.</remarks>
internal static class ExpectedLoss
{
    public static MetricValue LogLoss(ExpectedOutcomes expected) => Mean(
        expected, score => -Math.Log(Math.Clamp(score, 1e-15, 1 - 1e-15)), score => -Math.Log(1 - Math.Clamp(score, 1e-15, 1 - 1e-15)));

    public static MetricValue Brier(ExpectedOutcomes expected) => Mean(
        expected, score => (1 - score) * (1 - score), score => score * score);

    private static MetricValue Mean(ExpectedOutcomes expected, Func<double, double> ofPositive, Func<double, double> ofNegative)
    {
        double rows = expected.Rows, sum = 0, bound = 0;
        var gradient = new double[expected.Bins.Count];
        for (var i = 0; i < gradient.Length; i++)
        {
            var bin = expected.Bins[i];
            var (low, middle, high) = (Math.Clamp(bin.Low, 0, 1), Math.Clamp(bin.Middle, 0, 1), Math.Clamp(bin.High, 0, 1));
            var (positive, negative) = (ofPositive(middle), ofNegative(middle));
            sum += bin.Rows * ((bin.Probability * positive) + ((1 - bin.Probability) * negative));
            gradient[i] = (positive - negative) / rows;
            bound += bin.Rows * ((bin.Probability * Spread(ofPositive, low, middle, high)) + ((1 - bin.Probability) * Spread(ofNegative, low, middle, high)));
        }

        return Intervals.Symmetric(sum / rows, expected.StandardError(gradient), expected.Rows, least: 0) with { ErrorBound = bound / rows };
    }

    private static double Spread(Func<double, double> loss, double low, double middle, double high) =>
        Math.Max(Math.Abs(loss(low) - loss(middle)), Math.Abs(loss(high) - loss(middle)));
}
