using ModelMonitor.Host.Pages.Reading;

namespace ModelMonitor.Host.Pages.Parts;

/// <summary>What is left out of a chart over time, or counted twice in it: said, not left to be guessed.</summary>
internal static class TrendNote
{
    public static string? Of(Trend trend, string window)
    {
        if (trend.Every is { } every) return $"Not every {window} window is drawn: one each {Show.Span(every)}, {trend.Points.Count} in all. Narrow the range to see each.";
        return trend.Overlap ? $"Neighbouring windows overlap: each point looks back over a whole {window}." : null;
    }
}
