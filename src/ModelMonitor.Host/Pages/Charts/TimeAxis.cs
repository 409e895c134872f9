using System.Globalization;
using ModelMonitor.Core;

namespace ModelMonitor.Host.Pages.Charts;

/// <summary>Axes of time, UTC.</summary>
public static class TimeAxis
{
    private static readonly (long Length, Func<DateTime, DateTime> Floor, Func<DateTime, DateTime> Next, string Format)[] s_steps =
    [
        Hours(1), Hours(3), Hours(6), Hours(12),
        Days(1), Days(2), Days(7), Days(14),
        Months(1), Months(2), Months(3), Months(6),
        Years(1), Years(2), Years(5), Years(10), Years(25), Years(100),
    ];

    /// <summary>The range as it is, with about so many ticks at whole hours, days, months or years.</summary>
    public static Axis Of(long from, long to, int about = 8)
    {
        if (to <= from) to = from + Instant.Hour;
        var step = s_steps.FirstOrDefault(s => (to - from) / s.Length <= about, s_steps[^1]);
        var ticks = new List<Tick>();
        for (var time = step.Floor(Instant.ToTime(from).UtcDateTime); From(time) <= to; time = step.Next(time))
        {
            if (From(time) < from) continue;
            var format = step.Length < Instant.Day && time.TimeOfDay == TimeSpan.Zero ? "d MMM" : step.Format;
            ticks.Add(new(From(time), time.ToString(format, CultureInfo.InvariantCulture), ticks.Count % 2 == 1));
        }

        return new(from, to, ticks);
    }

    private static long From(DateTime utc) => Instant.From(new DateTimeOffset(utc, TimeSpan.Zero));

    private static (long, Func<DateTime, DateTime>, Func<DateTime, DateTime>, string) Hours(int n) =>
        (n * Instant.Hour, t => t.Date.AddHours(t.Hour - (t.Hour % n)), t => t.AddHours(n), "HH:mm");

    private static (long, Func<DateTime, DateTime>, Func<DateTime, DateTime>, string) Days(int n) =>
        (n * Instant.Day, t => Instant.ToTime(Instant.Floor(From(t), n * Instant.Day)).UtcDateTime, t => t.AddDays(n), "d MMM");

    private static (long, Func<DateTime, DateTime>, Func<DateTime, DateTime>, string) Months(int n) =>
        (n * 30 * Instant.Day, t => Utc(t.Year, t.Month - ((t.Month - 1) % n)), t => t.AddMonths(n), "MMM yyyy");

    private static (long, Func<DateTime, DateTime>, Func<DateTime, DateTime>, string) Years(int n) =>
        (n * 365 * Instant.Day, t => Utc(Math.Max(t.Year - (t.Year % n), 1), 1), t => t.Year + n > 9999 ? DateTime.MaxValue : t.AddYears(n), "yyyy");

    private static DateTime Utc(int year, int month) => new(year, month, 1, 0, 0, 0, DateTimeKind.Utc);
}
