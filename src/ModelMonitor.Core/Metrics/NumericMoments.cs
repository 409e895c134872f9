using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Mean, standard deviation (dividing by n), minimum and maximum of a column's finite values.</summary>
public static class NumericMoments
{
    /// <summary>Values further than this from the reference mean may have squares that leave float64 within a batch.</summary>
    private const double LargestDeviation = 1e150;

    internal static void AddTo(OrderedDictionary<string, MetricValue> values, NumericSketch sketch, NumericShape shape)
    {
        var empty = sketch.Rows == 0 ? MetricStatus.NoRows : sketch.Finite == 0 ? MetricStatus.NoValues : null;
        var unsummed = Math.Max(Math.Abs(sketch.Minimum - shape.Centre), Math.Abs(sketch.Maximum - shape.Centre)) <= LargestDeviation ? null : MetricStatus.UndefinedOperand;
        values["mean"] = Of(empty ?? unsummed, sketch.Mean(shape.Centre));
        values["standard_deviation"] = Of(empty ?? unsummed, sketch.StandardDeviation());
        values["minimum"] = Of(empty, sketch.Minimum);
        values["maximum"] = Of(empty, sketch.Maximum);
    }

    private static MetricValue Of(string? status, double value) => status is null ? MetricValue.Of(value) : MetricValue.Undefined(status);
}
