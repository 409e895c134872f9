using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset T = Given.Noon.AddHours(2);

    private static readonly TimeSpan s_labelDelay = TimeSpan.FromDays(3);

    private static readonly ModelOptions s_model = Given.Options with { LabelDelay = s_labelDelay };

    /// <summary>One window of each kind of bounds: panes, hours, days.</summary>
    private static readonly MonitorOptions s_options = Given.Monitor() with
    {
        Models = [s_model],
        Windows = [new("hours", TimeSpan.FromHours(6), ""), new("day", TimeSpan.FromDays(1), ""), new("days", TimeSpan.FromDays(5), ""), new("weeks", TimeSpan.FromDays(21), "")],
        Retention = new RetentionOptions { Panes = TimeSpan.FromDays(30), WaitingPredictions = TimeSpan.FromDays(8) },
    };

    [Fact]
    public void A_level_lives_as_long_as_a_window_can_ask_for_it()
    {
        // Each one day more, for windows end before now.
        Assert.Equal(TimeSpan.FromDays(1 + 3 + 1), LevelRetention.Of(StateLevel.Pane, s_options));
        Assert.Equal(TimeSpan.FromDays(5 + 3 + 1), LevelRetention.Of(StateLevel.Hour, s_options));
        Assert.Equal(TimeSpan.FromDays(30 + 1), LevelRetention.Of(StateLevel.Day, s_options));
    }

    [Fact]
    public void No_level_outlives_the_retention_of_panes()
    {
        var shorter = s_options with { Retention = s_options.Retention with { Panes = TimeSpan.FromDays(2) } };
        Assert.All([StateLevel.Pane, StateLevel.Hour, StateLevel.Day], level => Assert.Equal(TimeSpan.FromDays(3), LevelRetention.Of(level, shorter)));
    }

    [Fact]
    public async Task Windows_that_cross_a_levels_end_are_what_they_are_where_nothing_is_forgotten()
    {
        await using var kept = new Running(Given.ModelOf(s_model), s_options with { Retention = new RetentionOptions { Panes = TimeSpan.FromDays(5000), WaitingPredictions = TimeSpan.FromDays(5000) } });
        await using var forgetting = new Running(Given.ModelOf(s_model), s_options);
        for (var hour = 0; hour < 45 * 24; hour += 5)
        {
            foreach (var monitor in new[] { kept, forgetting })
            {
                var now = T.AddHours(hour);
                monitor.Clock.SetUtcNow(now);
                await monitor.Predict([.. Enumerable.Range(0, 3).Select(i => new Row($"{hour}.{i}", now.AddMinutes(-7 * i), ((hour + (17 * i)) % 64) / 64.0, i, i == 0 ? "a" : "b"))]);
                // Labels come two days late, and every now and then one much later.
                if (hour >= 50) await monitor.Tell(new Truth($"{hour - 50}.{hour % 3}", hour % 2));
                if (hour >= 150 && hour % 4 == 0) await monitor.Tell(new Truth($"{hour - 150}.{(hour + 1) % 3}", 1));
                if (hour % 10 == 0) await monitor.Sum();
            }

            await Retain(forgetting);
            foreach (var window in s_options.Windows) Assert.Equal(await Evaluate(kept, window), await Evaluate(forgetting, window));
        }

        // And it did forget: fewer stretches than came, at every level.
        foreach (var (level, days) in new[] { (StateLevel.Pane, 7), (StateLevel.Hour, 11), (StateLevel.Day, 33) })
        {
            var starts = await Starts(forgetting, level);
            Assert.True(starts.Min() >= Instant.From(T.AddDays(45 - days)), $"{level} goes back to {Instant.ToTime(starts.Min()):u}");
            Assert.True((await Starts(kept, level)).Count > starts.Count);
        }
    }

    [Fact]
    public async Task A_label_for_a_forgotten_pane_counts_in_the_days_and_brings_no_pane_back()
    {
        await using var monitor = new Running(Given.ModelOf(s_model), s_options);
        monitor.Clock.SetUtcNow(T);
        await monitor.Predict(new Row("old", T.AddMinutes(-5), 0.5));
        await monitor.Sum();
        monitor.Clock.Advance(TimeSpan.FromDays(7));
        await monitor.Predict(new Row("new", T.AddDays(7), 0.5));
        await monitor.Sum();
        await Retain(monitor);
        var before = (await Starts(monitor, StateLevel.Pane)).Count;
        await monitor.Tell(new Truth("old", 1));
        var day = Instant.Floor(Instant.From(T), Instant.Day);
        Assert.Equal(1, (await monitor.Evaluate(Instant.ToTime(day), Instant.ToTime(day + Instant.Day))).Labelled);
        await monitor.Sum();
        Assert.Equal(1, (await monitor.Evaluate(Instant.ToTime(day), Instant.ToTime(day + Instant.Day))).Labelled);
        Assert.Equal(before, (await Starts(monitor, StateLevel.Pane)).Count);
    }

    [Fact]
    public async Task Half_of_a_forgotten_range_is_refused_not_summed()
    {
        await using var monitor = await Aged();
        var error = await Assert.ThrowsAsync<StateForgottenException>(() => monitor.Evaluate(T.AddDays(2), T.AddDays(3)));
        Assert.Contains("panes to ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_of_short_windows_begins_where_their_level_does_and_says_so()
    {
        await using var monitor = await Aged();
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        var floors = await LevelFloors.ReadAsync(reader, "m", default);
        var days = await ReportBuilder.BuildAsync(reader, monitor.Model, CalendarWindows.Parse("day", 1), [], default);
        Assert.Null(days!.RetainedFrom);
        var hours = await ReportBuilder.BuildAsync(reader, monitor.Model, CalendarWindows.Parse("6h", 1), [], default);
        Assert.Equal(floors.Hours, hours!.RetainedFrom);
        Assert.All(hours.Windows, w => Assert.True(w.Range.Start >= floors.Hours));
        Assert.NotNull(hours.ToJson()["retained_from"]);
        Assert.Equal(days.Windows.Where(w => w.Range.Start >= floors.Hours).Sum(w => w.Rows), hours.Windows.Sum(w => w.Rows));
    }

    [Fact]
    public async Task A_window_made_longer_than_what_was_kept_is_skipped_until_it_is_full_again()
    {
        await using var monitor = await Aged();
        var now = Instant.From(monitor.Clock.GetUtcNow());
        await using var later = new Running(monitor.Model, s_options with { Windows = [new("day", TimeSpan.FromDays(1), ""), new("longer", TimeSpan.FromDays(13), "")] }, monitor.Store);
        later.Clock.SetUtcNow(Instant.ToTime(now));
        await later.Evaluations.RunAsync(later.Options.Windows[1], default);
        Assert.Equal(1, later.Counted["skipped state_forgotten"]);
        await later.Evaluations.RunAsync(later.Options.Windows[0], default);
        Assert.Equal((1, 1), (later.Counted["skipped state_forgotten"], later.Counted["evaluated"]));
    }

    [Theory]
    // Panes from day 20, hours from day 10, days from day 0.
    [InlineData(20.0, 21.0, 20.0)]
    [InlineData(20.01, 21.01, 20.01)]
    [InlineData(19.75, 20.01, 19.75)]
    [InlineData(19.76, 20.01, 19.7916666666)]
    [InlineData(9.75, 10.25, 10.0)]
    [InlineData(9.75, 9.9, null)]
    [InlineData(15.0, 15.01, null)]
    [InlineData(-3.0, 12.0, 0.0)]
    [InlineData(-3.0, 0.0, null)]
    public void A_range_is_cut_to_what_stretches_can_still_make_up(double from, double to, double? expected)
    {
        static long At(double days) => (long)Math.Round(days * 24 * 60) * 60 * Instant.Second;
        var floors = new LevelFloors(At(20), At(10), At(0));
        var clipped = floors.Clip(new TimeRange(At(from), At(to)));
        Assert.Equal(expected is { } start ? new TimeRange(At(start), At(to)) : null, clipped);
        Assert.Equal(expected == from, floors.Cover(new TimeRange(At(from), At(to))));
    }

    /// <summary>Twenty days of rows, an hour apart, of which panes and hours were forgotten.</summary>
    private static async Task<Running> Aged()
    {
        var monitor = new Running(Given.ModelOf(s_model), s_options);
        for (var hour = 0; hour <= 20 * 24; hour++)
        {
            monitor.Clock.SetUtcNow(T.AddHours(hour));
            await monitor.Predict(new Row($"{hour}", T.AddHours(hour).AddMinutes(-10), 0.5));
        }

        await monitor.Sum();
        await Retain(monitor);
        return monitor;
    }

    private static Task Retain(Running monitor) => monitor.Writer.SubmitAsync(new RetentionWork(monitor.Catalog, monitor.Options, monitor.Counted, NullLogger.Instance));

    private static async Task<List<long>> Starts(Running monitor, StateLevel level)
    {
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        return await reader.ReadStateAsync(new(monitor.Model.Series, level, long.MinValue, long.MaxValue), StatePart.Sums, default).Select(s => s.Start).ToListAsync();
    }

    private static async Task<string> Evaluate(Running monitor, WindowOptions window)
    {
        var now = Instant.From(monitor.Clock.GetUtcNow());
        var (size, pane) = (Instant.From(window.Size), Instant.From(s_options.Pane));
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        var range = WindowAlignment.Newest(size, pane, now - Instant.From(s_options.Lateness));
        var evaluation = await Evaluator.EvaluateAsync(reader, monitor.Model, window.Name, range, WindowAlignment.Newest(size, pane, now - Instant.From(s_labelDelay)), 1, default);
        return EvaluationJson.Full(evaluation).ToJsonString();
    }
}
