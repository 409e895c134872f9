using System.Diagnostics;

namespace ModelMonitor.Core.Tests.FalseAlarms;

/// <summary>How often a model without drift gets an alarm on drift in a month, by the default rules.</summary>
public sealed class DriftAlarmTests(ITestOutputHelper output)
{
    private const long ReferenceRows = 20_000;

    [Theory]
    [InlineData(50, 10, 300, 1)]
    [InlineData(50, 100, 300, 1)]
    [InlineData(200, 10, 300, 1)]
    [InlineData(200, 100, 300, 1)]
    [InlineData(1_000, 10, 300, 1)]
    [InlineData(1_000, 100, 300, 1)]
    [InlineData(20_000, 100, 300, 1)]
    [InlineData(100_000, 10, 300, 1)]
    [InlineData(50, 10, 10, 288)]
    [InlineData(200, 100, 3, 288)]
    [InlineData(1_000, 10, 10, 288)]
    public void Plain_columns(int rows, int bins, int columns, int looks) =>
        AssertQuiet($"{columns} columns of {bins} bins, {rows} rows a day, {looks} looks", looks > 1 ? 40 : bins > 10 ? 50 : 100, 0.03,
            random => new Month(rows, looks, ReferenceRows).Alarms(random, [.. Enumerable.Repeat(Column.Flat(bins), columns)]));

    [Theory]
    [InlineData(50, 1)]
    [InlineData(1_000, 1)]
    [InlineData(50, 288)]
    [InlineData(1_000, 288)]
    public void Ties_rare_categories_and_open_alphabets(int rows, int looks) =>
        AssertQuiet($"3 tied, 3 rare, 3 open columns, {rows} rows a day, {looks} looks", looks == 1 ? 100 : 20, 0.03, random => new Month(rows, looks, ReferenceRows).Alarms(
            random, [.. Enumerable.Range(0, 3).SelectMany(_ => new[] { Column.Tied(), Column.Rare(60), Column.Open(random, ReferenceRows).Column })]));

    [Theory]
    [InlineData(500, 1, 1, 60)]
    [InlineData(2_000, 10, 1, 30)]
    [InlineData(2_000, 10, 1, 60)]
    [InlineData(20_000, 30, 1, 60)]
    [InlineData(2_000, 10, 288, 60)]
    public void Weekends_and_nights_that_the_reference_knows(int rows, int columns, int looks, int referenceDays) =>
        AssertQuiet($"{columns} columns with weekends and nights, {rows} rows a day, {looks} looks, reference of {referenceDays} days", looks == 1 ? 100 : 40, 0.03,
            random => new Month(rows, looks, 2_400L * referenceDays, referenceDays).Alarms(random, [.. Enumerable.Range(0, columns).Select(_ => new Column([.. Enumerable.Repeat(1.0, 10)]) { Cycle = 1.2 })]));

    [Theory]
    [InlineData(500, 1, 1, 60, 0.5)]
    [InlineData(2_000, 1, 1, 60, 0.5)]
    [InlineData(2_000, 5, 1, 90, 0.5)]
    [InlineData(2_000, 1, 288, 60, 0.5)]
    [InlineData(20_000, 5, 288, 90, 0.5)]
    [InlineData(20_000, 1, 288, 30, 1)]
    public void Rows_that_hang_together(int rows, int columns, int looks, int referenceDays, double spread) =>
        AssertQuiet($"{columns} columns with a lasting random effect of {spread}, {rows} rows a day, {looks} looks, reference of {referenceDays} days", looks == 1 ? 200 : 60, 0.1,
            random => new Month(rows, looks, 2_400L * referenceDays, referenceDays).Alarms(
                random, [.. Enumerable.Range(0, columns).Select(_ => new Column([.. Enumerable.Repeat(1.0, 10)]) { Lasting = (spread, 0.9) })]));

    private void AssertQuiet(string what, int months, double bar, Func<Random, bool> alarms)
    {
        var watch = Stopwatch.StartNew();
        var alarmed = Enumerable.Range(0, months).Count(seed => alarms(new Random(seed)));
        var line = $"{what}: {alarmed} of {months} months with a false alarm";
        output.WriteLine($"{line} ({watch.ElapsedMilliseconds} ms)");
        Assert.True(alarmed < bar * months, line);
    }
}
