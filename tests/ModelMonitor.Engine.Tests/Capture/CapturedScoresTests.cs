using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.Capture;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Engine.Tests.Flow;

namespace ModelMonitor.Engine.Tests.Capture;

/// <summary>Score and label of captured rows: which, in which order, and how little is read for them.</summary>
public sealed class CapturedScoresTests
{
    private const int Days = 4;
    private const int RowsADay = 20;

    private static readonly DateTimeOffset s_first = Given.Noon.AddDays(-Days);
    private static readonly ModelOptions s_options = Given.Options with { Task = TaskKind.Regression, LabelPositive = null, Targets = [], Capture = new CaptureOptions(), Segments = new SegmentOptions { Columns = ["carrier"] } };
    private static readonly MonitoredModel s_model = Given.ModelOf(s_options);

    [Fact]
    public async Task The_newest_labelled_rows_of_a_range_come_first_and_no_more_than_were_asked_for()
    {
        await using var running = await SentAsync();
        Assert.Equal(Expected(3).Concat(Expected(2)).Take(33), await Read(running, All, 33));
        Assert.Equal(Enumerable.Range(0, Days).Reverse().SelectMany(day => Expected(day)), await Read(running, All, int.MaxValue));
        // From within a day to within another, the end not included.
        var range = new TimeRange(Instant.From(s_first.AddDays(1).AddMinutes(15)), Instant.From(s_first.AddDays(2).AddMinutes(3)));
        Assert.Equal(Expected(2, 0, 3).Concat(Expected(1, 15)), await Read(running, range, 1000));
        Assert.Empty(await Read(running, new(range.Start - (30 * Instant.Day), range.Start - (20 * Instant.Day)), 1000));
    }

    [Fact]
    public async Task A_row_without_label_without_score_or_of_another_version_is_not_there()
    {
        await using var running = await SentAsync();
        var late = Given.Noon.AddMinutes(1);
        await running.Predict(new Row("unlabelled", late, 0.5), new Row("unscored", late, null), new Row("theirs", late, 0.5, Version: "2"), new Row("ours", late.AddMinutes(-1), 0.25, Version: "1"));
        await running.Tell(new Truth("unscored", 1), new Truth("theirs", 1), new Truth("ours", 3));
        Assert.Equal(Expected(3).Take(2).Prepend((0.25, 3)), await Read(running, All, 3));
        Assert.Empty(await Read(running, All, 3, Given.ModelOf(s_options with { Version = "3" })));
        // What is corrected later is read as corrected.
        await running.Tell(new Truth("ours", 7));
        Assert.Equal((0.25, 7), Assert.Single(await Read(running, All, 1)));
    }

    [Fact]
    public async Task A_slice_has_its_own_rows()
    {
        await using var running = await SentAsync();
        Assert.Equal(Expected(3).Where((_, i) => CarrierOf(RowsADay - 1 - i) == "a"), await Read(running, Day(3), 1000, segment: "carrier=a"));
        Assert.Empty(await Read(running, All, 1000, segment: "carrier=z"));
    }

    [Fact]
    public async Task What_was_erased_or_expired_is_gone()
    {
        await using var running = await SentAsync();
        var erasing = new CaptureService(running.Catalog, running.Options, running.Store, running.Writer, running.Clock);
        Assert.Equal(1, await erasing.EraseAsync("m", "3.19", "alice", default));
        var kept = running.Options with { Retention = running.Options.Retention with { Captured = TimeSpan.FromDays(1) } };
        await running.Writer.SubmitAsync(new RetentionWork(running.Catalog, kept, running.Counted, NullLogger.Instance));
        Assert.Equal(Expected(3).Skip(1).Concat(Expected(2)), await Read(running, All, 1000));
    }

    [Fact]
    public async Task No_more_is_read_than_is_needed()
    {
        await using var running = await SentAsync();
        var reading = new Reading();
        await Read(running, All, 20, reading: reading);
        Assert.Equal((1, 20), (reading.DaysRead, reading.LookedUp));
        // Where labels lack, the search ends at five rows for each that was asked for.
        await running.Predict([.. Enumerable.Range(0, 300).Select(i => new Row($"waiting{i}", Given.Noon.AddSeconds(i), 0.5))]);
        reading = new Reading();
        Assert.Empty(await Read(running, All, 20, reading: reading));
        Assert.Equal((1, 100), (reading.DaysRead, reading.LookedUp));
    }

    private static TimeRange All => new(long.MinValue, long.MaxValue);

    /// <summary>Two deliveries a day; minute by minute, of three carriers; each labelled.</summary>
    private static async Task<Running> SentAsync()
    {
        var running = new Running(s_model);
        for (var day = 0; day < Days; day++)
        {
            var rows = Enumerable.Range(0, RowsADay).Select(i => new Row($"{day}.{i}", s_first.AddDays(day).AddMinutes(i), Score(day, i), 1, CarrierOf(i))).ToArray();
            await running.Predict(rows[..(RowsADay / 2)]);
            await running.Predict(rows[(RowsADay / 2)..]);
            await running.Tell([.. rows.Select((row, i) => new Truth(row.Id, Label(day, i)))]);
        }

        return running;
    }

    /// <summary>A day's rows, the newest first.</summary>
    private static IEnumerable<(double, double)> Expected(int day, int from = 0, int to = RowsADay) => Enumerable.Range(from, to - from).Reverse().Select(i => (Score(day, i), Label(day, i)));

    private static string CarrierOf(int row) => row % 3 == 0 ? "a" : row % 3 == 1 ? "b" : "c";

    private static double Score(int day, int row) => day + (row / 64.0);

    private static double Label(int day, int row) => row - day;

    private static TimeRange Day(int day) => new(Instant.From(s_first.AddDays(day).Date), Instant.From(s_first.AddDays(day + 1).Date));

    private static async Task<(double, double)[]> Read(Running running, TimeRange range, int most, MonitoredModel? version = null, string segment = "", Reading? reading = null)
    {
        await using var snapshot = await running.Store.OpenSnapshotAsync(default);
        var reader = reading is null ? snapshot : Counting.Of(snapshot, reading);
        return [.. (await CapturedScores.NewestAsync(reader, version ?? s_model, segment, range, most, default)).Select(row => (row.Score, row.Label))];
    }

    internal sealed class Reading
    {
        public int DaysRead { get; set; }

        public int LookedUp { get; set; }
    }

#pragma warning disable CA1852 // The proxy is a subtype made at run time.
    internal class Counting : DispatchProxy
    {
        private IStateReader? _inner;
        private Reading? _reading;

        public static IStateReader Of(IStateReader inner, Reading reading)
        {
            var proxy = Create<IStateReader, Counting>();
            ((Counting)proxy)._inner = inner;
            ((Counting)proxy)._reading = reading;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IStateReader.ReadCapturedAsync)) _reading!.DaysRead++;
            if (targetMethod.Name == nameof(IStateReader.ReadJoinRowsAsync)) _reading!.LookedUp += ((IReadOnlyList<UInt128>)args![1]!).Count;
            return targetMethod.Invoke(_inner, args);
        }
    }
}
