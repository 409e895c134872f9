using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Metrics of scores that are probabilities.</summary>
public static class ProbabilityMetrics
{
    /// <summary>Mean of −ln p for positives, −ln(1 − p) for negatives, p clipped to [1e-15, 1 − 1e-15].</summary>
    public static MetricValue LogLoss(BinaryOutcomes outcomes) => MeanOf(outcomes, outcomes.LogLoss, outcomes.LogLossSquares);

    /// <summary>Mean of (p − y)². Source: Brier (1950).</summary>
    public static MetricValue Brier(BinaryOutcomes outcomes) => MeanOf(outcomes, outcomes.Brier, outcomes.BrierSquares);

    /// <summary>Expected calibration error: Σ over bins [0, 0.1) … [0.9, 1] of |Σp − positives| / n. Source: Naeini et al. (2015).</summary>
    public static MetricValue Ece(BinaryOutcomes outcomes)
    {
        if (outcomes.NotProbabilities != 0) return MetricValue.Undefined(MetricStatus.UndefinedOperand, outcomes.Rows);
        return MetricValue.Of(outcomes.Calibration.Sum(bin => Math.Abs(bin.Scores.Value - bin.Positives)) / outcomes.Rows, outcomes.Rows);
    }

    private static MetricValue MeanOf(BinaryOutcomes outcomes, ExactSum sum, ExactSum squares)
    {
        var rows = outcomes.Rows;
        if (outcomes.NotProbabilities != 0) return MetricValue.Undefined(MetricStatus.UndefinedOperand, rows);
        return Intervals.Symmetric(sum.Value / rows, Intervals.OfMean(sum, squares, rows), rows, least: 0);
    }
}
