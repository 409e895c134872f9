using ModelMonitor.Core;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Evaluating;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class ReportBuilderTests
{
    private static async Task<Report?> Report(string window, params string[] times)
    {
        await using var monitor = new Running();
        if (times.Length > 0) await monitor.Predict([.. times.Select((t, i) => new Row($"{i}", DateTimeOffset.Parse(t + "Z", System.Globalization.CultureInfo.InvariantCulture), 0.5))]);
        await monitor.Sum();
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        return await ReportBuilder.BuildAsync(reader, monitor.Model, CalendarWindows.Parse(window, 5 * 60 * Instant.Second), [], default);
    }

    [Fact]
    public async Task Without_rows_there_is_no_report() => Assert.Null(await Report("day"));

    [Theory]
    [InlineData("day", "2026-02-28", "2026-03-01")]
    [InlineData("week", "2026-02-23", "2026-03-02")]
    [InlineData("month", "2026-02-01", "2026-03-01")]
    [InlineData("quarter", "2026-01-01", "2026-04-01")]
    [InlineData("year", "2026-01-01", "2027-01-01")]
    [InlineData("6h", "2026-02-28T18:00:00", "2026-03-01")]
    [InlineData("7d", "2026-02-26", "2026-03-05")]
    public async Task A_row_lies_in_the_window_of_its_calendar(string window, string start, string end)
    {
        var report = await Report(window, "2026-02-28T23:59:59");
        var range = Assert.Single(report!.Windows).Range;
        Assert.Equal((Of(start), Of(end)), (range.Start, range.End));
    }

    [Fact]
    public async Task Weeks_start_on_Monday_also_for_rows_of_a_Sunday()
    {
        var report = await Report("week", "2026-02-22T12:00:00", "2026-02-23T00:00:00", "2026-03-01T23:55:00");
        Assert.Equal([1L, 2L], report!.Windows.Select(w => w.Rows));
        Assert.All(report.Windows, w => Assert.Equal(DayOfWeek.Monday, Instant.ToTime(w.Range.Start).DayOfWeek));
    }

    [Fact]
    public async Task Windows_without_rows_are_left_out_and_the_whole_spans_the_rest()
    {
        var report = await Report("day", "2026-01-01T00:00:00", "2026-01-05T12:00:00", "2026-01-05T13:00:00");
        Assert.Equal([1L, 2L], report!.Windows.Select(w => w.Rows));
        Assert.Equal((Of("2026-01-01"), Of("2026-01-06"), 3), (report.Overall.Range.Start, report.Overall.Range.End, report.Overall.Rows));
    }

    [Fact]
    public void A_duration_that_is_no_multiple_of_the_pane_is_refused() => Assert.Throws<FormatException>(() => CalendarWindows.Parse("7m", 5 * 60 * Instant.Second));

    private static long Of(string time) => Instant.From(DateTimeOffset.Parse(time + (time.Length > 10 ? "Z" : "T00:00:00Z"), System.Globalization.CultureInfo.InvariantCulture));
}
