using System.Globalization;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Engine.Baselines;

/// <summary>A range as people write it: START..END, dates or times in ISO 8601; without a zone UTC.</summary>
internal static class AcceptedRange
{
    public const string Example = "2026-03-01..2026-03-08";

    /// <returns>Null where the text is no range at all.</returns>
    /// <exception cref="AcceptRefusedException">A range, but of times that cannot be read or do not lie on panes, or an empty one.</exception>
    public static TimeRange? Parse(string text, long pane)
    {
        if (text.Split("..") is not [var first, var last]) return null;
        var (start, end) = (Time(first, text), Time(last, text));
        if (start >= end) throw new AcceptRefusedException($"the range '{text}' ends where it starts, or before");
        foreach (var time in new[] { start, end })
        {
            if (Instant.Floor(time, pane) != time)
                throw new AcceptRefusedException($"the range '{text}' must start and end at multiples of the pane, {TimeSpan.FromMicroseconds(pane)}");
        }

        return new TimeRange(start, end);
    }

    private static long Time(string text, string range) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? Instant.From(time) : throw new AcceptRefusedException($"'{text}' in the range '{range}' is no time such as {Example.Split("..")[0]}");
}
