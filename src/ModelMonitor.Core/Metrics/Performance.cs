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
        ArgumentNullException.ThrowIfNull(shape);
        return state.Outcomes switch
        {
            BinaryOutcomes binary => BinaryPerformance.Of(binary, state.DistinctScores, shape.ScoreBins ?? throw new ShapeMismatchException("The shape has no score bins.")),
            RegressionOutcomes regression => RegressionPerformance.Of(regression),
            _ => new OrderedDictionary<string, MetricValue>(),
        };
    }
}
