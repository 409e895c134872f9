using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Kernels;

/// <summary>The twin of <see cref="ColumnStatistics"/>, value by value, with sums that do not round: for tests and benchmarks.</summary>
internal static class ColumnStatisticsNaive
{
    /// <param name="values">NaN where missing.</param>
    /// <returns>The sums as they are, and what their terms add up to without signs: the scale of their rounding.</returns>
    public static (long Finite, long OutOfRange, double Minimum, double Maximum, double Sum, double Magnitudes, double Squares) Of(IEnumerable<double> values, ColumnRange range)
    {
        long finite = 0, outside = 0;
        var (minimum, maximum) = (double.PositiveInfinity, double.NegativeInfinity);
        var (sum, magnitudes, squares) = (new ExactSum(), new ExactSum(), new ExactSum());
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) continue;
            finite++;
            if (value < range.Minimum || value > range.Maximum) outside++;
            (minimum, maximum) = (Math.Min(minimum, value), Math.Max(maximum, value));
            var d = value - range.Centre;
            sum.Add(d);
            magnitudes.Add(Math.Abs(d));
            squares.Add(d * d);
        }

        return (finite, outside, minimum, maximum, sum.Value, magnitudes.Value, squares.Value);
    }
}
