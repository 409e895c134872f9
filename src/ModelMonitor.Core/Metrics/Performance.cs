using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Realised performance, whatever the task.</summary>
public static class Performance
{
    /// <summary>All metrics of the task by key, in the order in which they are reported, then those of a declared ensemble; empty where the task has none.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Of(PaneState state, BaselineShape shape)
    {
        ArgumentNullException.ThrowIfNull(state);
        var performance = Of(state.Outcomes, state.DistinctScores, shape);
        if (state.Ensemble is not { } ensemble) return performance;
        var both = new OrderedDictionary<string, MetricValue>(performance);
        foreach (var (key, value) in EnsemblePerformance.Of(ensemble)) both.Add(key, value);
        return both;
    }

    public static IReadOnlyDictionary<string, MetricValue> Of(OutcomeSketch? outcomes, DistinctScores distinct, BaselineShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return outcomes switch
        {
            BinaryOutcomes binary => BinaryPerformance.Of(binary, distinct, shape.ScoreBins ?? throw new ShapeMismatchException("The shape has no score bins.")),
            RegressionOutcomes regression => RegressionPerformance.Of(regression),
            MulticlassOutcomes multiclass => MulticlassPerformance.Of(multiclass),
            _ => new OrderedDictionary<string, MetricValue>(),
        };
    }
}
