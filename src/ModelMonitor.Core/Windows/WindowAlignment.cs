using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Core.Windows;

/// <summary>Where windows end: on panes up to a day, on hours up to 14 days, else on days, so that a window is a sum of stored stretches.</summary>
public static class WindowAlignment
{
    /// <param name="size">The window's length, microseconds.</param>
    /// <param name="pane">The pane's length, microseconds.</param>
    public static long StepOf(long size, long pane) => size <= Instant.Day ? pane : size <= 14 * Instant.Day ? Math.Max(Instant.Hour, pane) : Instant.Day;

    /// <summary>The newest window that ends at or before a time.</summary>
    public static TimeRange Newest(long size, long pane, long atOrBefore)
    {
        var end = Instant.Floor(atOrBefore, StepOf(size, pane));
        return new TimeRange(end - size, end);
    }
}
