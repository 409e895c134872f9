using System.Globalization;
using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Core.Windows;

/// <summary>Windows of a calendar unit in UTC (weeks start on Monday), or of a fixed length counted from 1970.</summary>
public sealed class CalendarWindows
{
    private readonly Func<DateTime, DateTime> _start;
    private readonly Func<DateTime, DateTime> _next;

    private CalendarWindows(string name, Func<DateTime, DateTime> start, Func<DateTime, DateTime> next) => (Name, _start, _next) = (name, start, next);

    /// <summary>`day`, `week`, `month`, `quarter`, `year`, or the duration as it was given.</summary>
    public string Name { get; }

    /// <param name="text">A unit's name, or a duration such as `6h` or `14d`.</param>
    /// <param name="pane">The pane's length, microseconds: a duration must be a multiple of it.</param>
    /// <exception cref="FormatException">Neither, with what would be.</exception>
    public static CalendarWindows Parse(string text, long pane)
    {
        switch (text)
        {
            case "day": return new(text, t => t.Date, t => t.AddDays(1));
            case "week": return new(text, t => t.Date.AddDays(-(((int)t.DayOfWeek + 6) % 7)), t => t.AddDays(7));
            case "month": return new(text, t => new DateTime(t.Year, t.Month, 1), t => t.AddMonths(1));
            case "quarter": return new(text, t => new DateTime(t.Year, t.Month - ((t.Month - 1) % 3), 1), t => t.AddMonths(3));
            case "year": return new(text, t => new DateTime(t.Year, 1, 1), t => t.AddYears(1));
        }

        var unit = text is { Length: > 1 } ? text[^1] switch { 'm' => 60L, 'h' => 3600L, 'd' => 86400L, 'w' => 7 * 86400L, _ => 0L } : 0;
        if (unit == 0 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 100_000)
            throw new FormatException($"'{text}' is no window: day, week, month, quarter, year, or a duration such as 6h or 14d.");
        var size = count * unit * Instant.Second;
        if (size % pane != 0) throw new FormatException($"'{text}' is not a multiple of the pane of {pane / Instant.Second} s.");
        var length = TimeSpan.FromMicroseconds(size);
        return new(text, t => Instant.ToTime(Instant.Floor(Instant.From(new DateTimeOffset(t, TimeSpan.Zero)), size)).UtcDateTime, t => t + length);
    }

    /// <summary>The windows that cover [first, last], in order.</summary>
    public IEnumerable<TimeRange> Covering(long first, long last)
    {
        var start = _start(Instant.ToTime(first).UtcDateTime);
        while (From(start) <= last)
        {
            var end = _next(start);
            yield return new TimeRange(From(start), From(end));
            start = end;
        }
    }

    private static long From(DateTime utc) => Instant.From(new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Unspecified), TimeSpan.Zero));
}
