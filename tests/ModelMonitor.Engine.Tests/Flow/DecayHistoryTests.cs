using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>Six hours of 128 labelled rows each; every hour four more of them are told apart wrongly.</summary>
public sealed class DecayHistoryTests
{
    private const int Hours = 6;

    private static Row[] Hour(int hour) => [.. Enumerable.Range(0, 128).Select(i => new Row(
        $"{hour}-{i}", Given.Noon.AddHours(2 + hour).AddSeconds(i), (i % 64) / 64.0, Label: (i % 64 >= 32) == (i % 16 >= 2 + hour) ? 1 : 0))];

    private static async Task<List<PublishedEvaluation>> RunAsync(Running monitor, int every = 60)
    {
        var published = (Recorder)monitor.Sinks.Single();
        for (var minute = 0; minute < Hours * 60; minute += every)
        {
            if (minute % 60 == 0) await monitor.Predict(Hour(minute / 60));
            monitor.Clock.Advance(TimeSpan.FromMinutes(every));
            // Windows end before the lateness: after it they are whole.
            await monitor.Evaluations.RunAsync(monitor.Options.Windows[0], default);
        }

        return published.All;
    }

    private static Running Monitor() => new(options: Given.Monitor() with { Lateness = TimeSpan.Zero, Ingest = new IngestOptions { MaxFuture = TimeSpan.FromHours(2) } }, sinks: [new Recorder()]);

    [Fact]
    public async Task The_slope_comes_with_the_fourth_window_and_is_that_of_the_report()
    {
        await using var monitor = Monitor();
        var published = await RunAsync(monitor);
        Assert.Equal([null, null, null, 4, 5, 6], published.Select(p => p.Evaluation.Decay?.Windows));
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        var report = (await ReportBuilder.BuildAsync(reader, monitor.Model, CalendarWindows.Parse("1h", 300_000_000), [], default))!;
        Assert.Equal(published.Select(p => p.Evaluation.Decay), report.Windows.Select(w => w.Decay));
        Assert.Equal(report.Windows[^1].Decay, report.Overall.Decay);
        Assert.True(report.Overall.Decay!.SlopePerDay.Upper < 0);
        Assert.Equal(6, (int)report.ToJson()["overall"]!["decay"]!["windows"]!);
    }

    [Fact]
    public async Task Evaluations_that_overlap_count_once()
    {
        await using var monitor = Monitor();
        var published = await RunAsync(monitor, every: 15);
        Assert.Equal(24, published.Count);
        Assert.Equal(6, published[^1].Evaluation.Decay!.Windows);
    }

    [Fact]
    public async Task What_another_version_did_says_nothing_of_this_one()
    {
        await using var monitor = Monitor();
        await RunAsync(monitor);
        await using var next = new Running(Given.ModelOf(Given.Options with { Version = "2" }), monitor.Options, monitor.Store, new Recorder());
        next.Clock.SetUtcNow(Given.Noon.AddHours(3 + Hours));
        await next.Predict([.. Hour(Hours).Select(r => r with { Id = "n" + r.Id })]);
        await next.Evaluations.RunAsync(next.Options.Windows[0], default);
        Assert.Null(Assert.Single(((Recorder)next.Sinks.Single()).All).Evaluation.Decay);
    }

    private sealed class Recorder : IEvaluationSink
    {
        public List<PublishedEvaluation> All { get; } = [];

        public string Name => "recorder";

        public ValueTask PublishAsync(PublishedEvaluation published, CancellationToken cancellationToken)
        {
            All.Add(published);
            return ValueTask.CompletedTask;
        }
    }
}
