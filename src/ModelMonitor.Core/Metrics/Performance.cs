using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Realised performance, whatever the task.</summary>
public static class Performance
{
    /// <summary>All metrics of the task by key, in the order in which they are reported; empty where the task has none.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Of(PaneState state, BaselineShape shape)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Of(state.Outcomes, state.DistinctScores, shape);
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
