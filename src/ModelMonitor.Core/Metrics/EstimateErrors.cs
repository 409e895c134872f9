using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>How far estimates lie from what labels then say.</summary>
public static class EstimateErrors
{
    /// <summary>
    /// Estimated minus realised, both over the labelled rows of a stretch, with the estimate's standard error: while the calibration holds, that is
    /// how far the realised value strays from it (labels by chance, hold-out of finite size).
    /// </summary>
    /// <param name="realised">Performance over the stretch.</param>
    /// <returns>Metrics defined on both sides; empty without labels or calibration.</returns>
    public static IReadOnlyDictionary<string, MetricValue> Of(OutcomeSketch? labelled, Baseline baseline, IReadOnlyDictionary<string, MetricValue> realised)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        return labelled is BinaryOutcomes { Rows: > 0 } outcomes && baseline is { Calibration: { } calibration, Shape.ScoreBins: { } bins }
            ? Of(outcomes, bins, calibration, realised)
            : new OrderedDictionary<string, MetricValue>();
    }

    public static IReadOnlyDictionary<string, MetricValue> Of(
        BinaryOutcomes outcomes, ScoreBins bins, ScoreCalibration calibration, IReadOnlyDictionary<string, MetricValue> realised)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        ArgumentNullException.ThrowIfNull(realised);
        var errors = new OrderedDictionary<string, MetricValue>();
        var rows = new long[outcomes.Positives.Length];
        for (var i = 0; i < rows.Length; i++) rows[i] = outcomes.Positives[i] + outcomes.Negatives[i];
        foreach (var (key, estimate) in EstimatedPerformance.Of(ExpectedOutcomes.Of(rows, bins, calibration), outcomes.NotProbabilities == 0))
        {
            if (estimate.Value is not { } estimated || !realised.TryGetValue(key, out var other) || other.Value is not { } actual) continue;
            errors[key] = Intervals.Symmetric(estimated - actual, estimate.StandardError, estimate.Rows) with
            {
                // What the bins leave open on either side.
                ErrorBound = (estimate.ErrorBound, other.ErrorBound) is (null, null) ? null : (estimate.ErrorBound ?? 0) + (other.ErrorBound ?? 0),
            };
        }

        return errors;
    }
}
