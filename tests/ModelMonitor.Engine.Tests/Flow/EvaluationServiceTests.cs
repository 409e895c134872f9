using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class EvaluationServiceTests
{
    private static readonly DateTimeOffset T = Given.Noon;
    private static readonly RuleDefinition Drifted = new() { Name = "drifted", Metric = "score_psi", Above = 0.2, For = 2, Then = ["tell", "retrain"] };

    private static MonitorOptions Options(RuleDefinition rule, TimeSpan cooldown = default) => Given.Monitor(rule) with
    {
        Actions = [.. new[] { "tell", "retrain", "notify" }.Select(name => new ActionOptions { Name = name, Hook = "fake", Url = new("http://receiver.example/"), Cooldown = cooldown })],
    };

    [Fact]
    public async Task Windows_end_on_panes_before_the_lateness_and_performance_waits_for_the_label_delay()
    {
        var sink = new Sink();
        await using var monitor = new Running(Given.Model with { Options = Given.Options with { LabelDelay = TimeSpan.FromMinutes(33) } }, sinks: sink);
        monitor.Clock.Advance(TimeSpan.FromMinutes(6.5));
        await Evaluate(monitor);
        var evaluation = Assert.Single(sink.Published).Evaluation;
        Assert.Equal(Core.Instant.From(T.AddHours(2)), evaluation.Range.End);
        Assert.Equal(Core.Instant.From(T.AddHours(1)), evaluation.Range.Start);
        Assert.Equal(Core.Instant.From(T.AddMinutes(90)), evaluation.PerformanceRange.End);
    }

    [Fact]
    public async Task With_an_evaluation_it_is_told_what_the_version_was_on_its_reference()
    {
        await using var monitor = new Running();
        Assert.Equal(0, monitor.Counted["reference 1"]);
        await Evaluate(monitor);
        Assert.Equal(1, monitor.Counted["reference 1"]);
    }

    [Fact]
    public async Task An_empty_window_is_published_with_everything_withdrawn_and_not_kept()
    {
        var sink = new Sink();
        await using var monitor = new Running(sinks: sink);
        await Evaluate(monitor);
        var evaluation = Assert.Single(sink.Published).Evaluation;
        Assert.All(evaluation.Performance.Values.Concat(evaluation.Drift.Score.Values), value => Assert.Null(value.Value));
        Assert.Equal(1, monitor.Counted["skipped no_rows"]);
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        Assert.Empty(await reader.ReadEvaluationsAsync("m", null, 0, long.MaxValue, 10, default));
    }

    [Fact]
    public async Task A_rule_fires_once_while_the_clock_steps_over_days_and_its_end_is_told()
    {
        await using var monitor = new Running(options: Options(Drifted));
        await Step(monitor, hours: 30, drifted: true);
        Assert.Equal(["notify", "tell"], (await monitor.Outbox()).Select(m => m.Action).Order());
        await Step(monitor, hours: 5, drifted: false);
        var messages = await monitor.Outbox();
        Assert.Equal(["notify", "tell", "tell"], messages.Select(m => m.Action).Order());
        Assert.Contains(messages, m => m.Payload.Contains("modelmonitor.rule_resolved", StringComparison.Ordinal));
        // All its scores are one value: a fault. Nothing is trained on it, and a person is told why. A notification prescribes nothing.
        var withheld = JsonNode.Parse(messages.Single(m => m.Action == "notify").Payload)!;
        Assert.Equal("modelmonitor.retrain_withheld", (string)withheld["type"]!);
        Assert.Equal(("fault", "stop"), ((string)withheld["data"]!["diagnosis"]!["kind"]!, (string)withheld["data"]!["prescription"]!["decision"]!));
        Assert.Equal(1, monitor.Counted["action withheld"]);
        Assert.All(messages.Where(m => m.Action == "tell"), m => Assert.Null(JsonNode.Parse(m.Payload)!["data"]!["prescription"]));
    }

    [Fact]
    public async Task A_cooldown_suppresses_the_second_alarm_but_not_the_end_and_says_so_in_the_audit()
    {
        await using var monitor = new Running(options: Options(Drifted with { Then = ["tell"] }, TimeSpan.FromDays(1)));
        for (var i = 0; i < 2; i++)
        {
            await Step(monitor, hours: 4, drifted: true);
            await Step(monitor, hours: 3, drifted: false);
        }

        Assert.Equal(3, (await monitor.Outbox()).Count);
        Assert.Equal(1, monitor.Counted["action suppressed"]);
        Assert.Single(await monitor.Audit(), a => a.What.Contains("suppressed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_key_evaluated_twice_or_by_two_evaluators_at_once_causes_one_message()
    {
        await using var monitor = new Running(options: Options(Drifted with { For = 1, Then = ["tell"] }));
        using var second = new EvaluationService(monitor.Catalog, monitor.Options, monitor.Store, monitor.Writer, [], monitor.Counted, monitor.Clock, NullLogger<EvaluationService>.Instance);
        await monitor.Predict(Hour(T.AddHours(1), drifted: true));
        monitor.Clock.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(Evaluate(monitor), second.RunAsync(monitor.Options.Windows[0], default));
        await Evaluate(monitor);
        Assert.Single(await monitor.Outbox());
        Assert.Equal(2, monitor.Counted["skipped already_evaluated"]);
        Assert.Equal(1, monitor.Counted["action queued"]);
    }

    [Fact]
    public async Task A_sink_that_throws_stops_no_other()
    {
        var sink = new Sink();
        await using var monitor = new Running(sinks: [new Sink { Fails = true }, sink]);
        await Evaluate(monitor);
        Assert.Single(sink.Published);
        Assert.Equal(1, monitor.Counted["sink fake"]);
    }

    [Fact]
    public async Task Overfitting_fires_once_per_version()
    {
        var rule = new RuleDefinition { Name = "overfitted", Finding = FindingKind.Overfitting, Then = ["retrain"] };
        await using var monitor = new Running(Given.ModelOf(Given.Options, overfitted: true), Options(rule));
        await Step(monitor, hours: 6, drifted: false);
        var request = JsonNode.Parse(Assert.Single(await monitor.Outbox()).Payload)!["data"]!;
        Assert.Equal(("variance", "retrain", "smaller"), ((string)request["diagnosis"]!["kind"]!, (string)request["prescription"]!["decision"]!, (string)request["prescription"]!["capacity"]!));
        Assert.Contains(request["diagnosis"]!["evidence"]!.AsArray(), e => (string)e!["what"]! == "gap" && (string)e["on"]! == "train to holdout" && (double)e["value"]! > 0.05 && e["lower"] is not null);
        Assert.True((double)request["prescription"]!["regularization"]!["l2"]![1]! > 0);
        var next = Given.ModelOf(Given.Options with { Version = "2" }, overfitted: true);
        await using var promoted = new Running(next, Options(rule), monitor.Store);
        // By then nothing came of the first one.
        promoted.Clock.Advance(TimeSpan.FromDays(2));
        await Step(promoted, hours: 6, drifted: false);
        Assert.Equal(2, (await monitor.Outbox()).Count);
    }

    private static Task Evaluate(Running monitor) => monitor.Evaluations.RunAsync(monitor.Options.Windows[0], default);

    /// <summary>The clock steps every five minutes; each hour brings rows.</summary>
    private static async Task Step(Running monitor, int hours, bool drifted)
    {
        for (var step = 0; step < hours * 12; step++)
        {
            if (step % 12 == 0) await monitor.Predict(Hour(monitor.Clock.GetUtcNow(), drifted));
            monitor.Clock.Advance(TimeSpan.FromMinutes(5));
            await Evaluate(monitor);
        }
    }

    private static Row[] Hour(DateTimeOffset at, bool drifted) =>
        [.. Enumerable.Range(0, 320).Select(i => new Row(null, at, drifted ? 0.875 : (i % 64) / 64.0, i % 8, i % 3 == 0 ? "a" : "b"))];

    private sealed class Sink : IEvaluationSink
    {
        public bool Fails { get; init; }

        public List<PublishedEvaluation> Published { get; } = [];

        public string Name => "fake";

        public ValueTask PublishAsync(PublishedEvaluation published, CancellationToken cancellationToken)
        {
            if (Fails) throw new IOException();
            Published.Add(published);
            return ValueTask.CompletedTask;
        }
    }
}
