using System.Text;
using System.Text.Json.Nodes;
using CloudNative.CloudEvents.SystemTextJson;
using Json.Schema;
using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.State;
using ModelMonitor.Engine.Tests.Flow;

namespace ModelMonitor.Engine.Tests.Retraining;

public sealed class RetrainRequestTests
{
    private static readonly RuleDefinition s_overfitted = new() { Name = "overfitted", Finding = FindingKind.Overfitting, Then = ["retrain"] };

    [Fact]
    public async Task A_request_is_a_CloudEvent_whose_data_fit_the_published_schema()
    {
        await using var monitor = Overfitted();
        await FireAsync(monitor);
        var message = Assert.Single(await monitor.Outbox());
        var read = new JsonEventFormatter().DecodeStructuredModeMessage(Encoding.UTF8.GetBytes(message.Payload), new("application/cloudevents+json"), null);
        Assert.True(read.IsValid);
        Assert.Equal((message.Key, "modelmonitor.retrain_requested", "/modelmonitor/models/m", "1"), (read.Id, read.Type, read.Source!.ToString(), read.Subject));
        Assert.Equal("http://127.0.0.1:9464/schemas/retrain-request.json", read.DataSchema!.ToString());
        var data = JsonNode.Parse(message.Payload)!["data"]!;
        AssertFits(data);
        Assert.Equal(("rule", "overfitted", "rule overfitted"), ((string)data["trigger"]!["kind"]!, (string)data["trigger"]!["name"]!, (string)data["trigger"]!["actor"]!));
        Assert.Equal($"http://127.0.0.1:9464/v1/models/m/versions?request={message.Key}", (string)data["callback"]!["url"]!);
        Assert.Equal("train", (string)data["training"]!["reference"]!);
        Assert.Equal(["x", "carrier"], data["champion"]!["features"]!.AsArray().Select(f => (string)f!));
    }

    /// <summary>The schema is no rubber stamp: each of these is refused.</summary>
    [Theory]
    [InlineData("key")]
    [InlineData("prescription")]
    [InlineData("callback")]
    [InlineData("training")]
    public async Task The_schema_refuses_a_request_that_lacks_something(string key)
    {
        await using var monitor = Overfitted();
        await FireAsync(monitor);
        var data = JsonNode.Parse((await monitor.Outbox())[0].Payload)!["data"]!.AsObject();
        data.Remove(key);
        Assert.False(JsonSchema.FromText(RetrainMessage.Schema()).Evaluate(System.Text.Json.JsonSerializer.SerializeToElement(data)).IsValid);
        data["surplus"] = 1;
        Assert.False(JsonSchema.FromText(RetrainMessage.Schema()).Evaluate(System.Text.Json.JsonSerializer.SerializeToElement(data)).IsValid);
    }

    [Fact]
    public async Task A_request_by_hand_names_who_asks_and_is_one_at_a_time()
    {
        await using var monitor = Overfitted();
        var service = Service(monitor);
        var key = await service.RequestAsync("m", "alice", "a new sensor", default);
        var request = Assert.Single(await Requests(monitor));
        Assert.Equal((key, "by hand", "a new sensor", RetrainStatus.Queued, "fake"), (request.Key, request.Trigger, request.Reason, request.Status, request.Hook));
        var data = JsonNode.Parse((await monitor.Outbox())[0].Payload)!["data"]!;
        AssertFits(data);
        Assert.Equal(("hand", "alice"), ((string)data["trigger"]!["kind"]!, (string)data["trigger"]!["actor"]!));
        Assert.Contains("not settled yet", (await Assert.ThrowsAsync<RetrainRefusedException>(() => service.RequestAsync("m", "bob", null, default))).Message, StringComparison.Ordinal);
        Assert.Contains(await monitor.Audit(), a => a is { Actor: "bob" } && a.What.StartsWith("no retrain request: another one", StringComparison.Ordinal));
        Assert.Contains("no model", (await Assert.ThrowsAsync<RetrainRefusedException>(() => service.RequestAsync("x", "bob", null, default))).Message, StringComparison.Ordinal);
    }

    /// <summary>What was asked for came to nothing, and the breach is there still: it is asked for again when the cooldown is over. A fact about a version is asked for once.</summary>
    [Theory]
    [InlineData(false, true, 2)]
    [InlineData(false, false, 1)]
    [InlineData(true, true, 1)]
    public async Task A_breach_that_goes_on_asks_again_after_the_cooldown(bool ofVersion, bool answered, int requests)
    {
        var weak = new RuleDefinition { Name = "weak", Metric = "roc_auc", Below = 2, MinLabelShare = 0, Then = ["retrain"] };
        await using var monitor = new Running(Given.ModelOf(Given.Options, overfitted: true), Given.Monitor(ofVersion ? s_overfitted : weak) with
        {
            Actions = [new() { Name = "retrain", Hook = "fake", Cooldown = TimeSpan.FromHours(2.5), Timeout = TimeSpan.FromMinutes(10) }],
        });
        for (var hour = 0; hour < 4; hour++)
        {
            var from = monitor.Clock.GetUtcNow().AddMinutes(-62);
            await monitor.Predict([.. Enumerable.Range(0, 100).Select(i => new Row($"{hour}.{i}", from.AddMinutes(i % 50), i % 64 / 64.0, i % 8, "a", (i % 64 >= 32) == (i % 5 > 0) ? 1 : 0))]);
            await monitor.Evaluations.RunAsync(monitor.Options.Windows[0], default);
            Assert.Equal(hour < 3 ? 1 : requests, (await Requests(monitor)).Count);
            if (hour == 0 && answered) await monitor.Writer.SubmitAsync(new Answer((await Requests(monitor))[0]));
            monitor.Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.DoesNotContain(await monitor.Audit(), a => a.What.StartsWith("no retrain request", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_healthy_model_is_retrained_where_a_person_asks()
    {
        await using var monitor = new Running(options: Options());
        await Service(monitor).RequestAsync("m", "alice", null, default);
        var data = JsonNode.Parse((await monitor.Outbox())[0].Payload)!["data"]!;
        Assert.Equal(("healthy", "retrain"), ((string)data["diagnosis"]!["kind"]!, (string)data["prescription"]!["decision"]!));
        AssertFits(data);
    }

    [Fact]
    public async Task The_days_budget_holds_for_people_and_rules_alike()
    {
        await using var monitor = Overfitted();
        var service = Service(monitor);
        for (var i = 0; i < 2; i++)
        {
            await service.RequestAsync("m", "alice", null, default);
            await Dispatcher(monitor, _ => HookOutcome.Never("no")).RunOnceAsync(default);
            monitor.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Contains("budget of 2", (await Assert.ThrowsAsync<RetrainRefusedException>(() => service.RequestAsync("m", "alice", null, default))).Message, StringComparison.Ordinal);
        await FireAsync(monitor);
        Assert.Equal(2, (await Requests(monitor)).Count);
        monitor.Clock.Advance(TimeSpan.FromDays(1));
        await service.RequestAsync("m", "alice", null, default);
        Assert.Equal(3, (await Requests(monitor)).Count);
    }

    [Fact]
    public async Task What_becomes_of_a_delivery_becomes_of_the_request()
    {
        await using var monitor = Overfitted();
        await FireAsync(monitor);
        var seen = "";
        var outcomes = new Queue<HookOutcome>([HookOutcome.Later("down"), HookOutcome.Trained(new TrainedModel("/tmp/new.onnx", "2"))]);
        var dispatcher = Dispatcher(monitor, _ =>
        {
            seen = Requests(monitor).Result[0].Status;
            return outcomes.Dequeue();
        });
        await dispatcher.RunOnceAsync(default);
        Assert.Equal((RetrainStatus.Running, RetrainStatus.Queued, "down"), (seen, (await Requests(monitor))[0].Status, (await Requests(monitor))[0].Error));
        monitor.Clock.Advance(TimeSpan.FromMinutes(1));
        await dispatcher.RunOnceAsync(default);
        var request = Assert.Single(await Requests(monitor));
        Assert.Equal((RetrainStatus.Trained, new TrainedModel("/tmp/new.onnx", "2"), null), (request.Status, request.Trained, request.Error));
    }

    [Fact]
    public async Task A_request_of_which_nothing_comes_is_given_up_and_the_next_may_go()
    {
        await using var monitor = Overfitted();
        var service = Service(monitor);
        await service.RequestAsync("m", "alice", null, default);
        await Dispatcher(monitor, _ => HookOutcome.Delivered).RunOnceAsync(default);
        Assert.Equal(RetrainStatus.Running, (await Requests(monitor))[0].Status);
        monitor.Clock.Advance(TimeSpan.FromHours(24));
        var expiry = new Expiry();
        await monitor.Writer.SubmitAsync(expiry);
        Assert.Equal((RetrainStatus.Expired, 0), ((await Requests(monitor))[0].Status, expiry.Open));
        await service.RequestAsync("m", "alice", null, default);
    }

    private static MonitorOptions Options() => Given.Monitor(s_overfitted) with { Actions = [new() { Name = "retrain", Hook = "fake", Budget = 2 }] };

    private static Running Overfitted() => new(Given.ModelOf(Given.Options, overfitted: true), Options());

    private static async Task FireAsync(Running monitor)
    {
        for (var i = 0; i < 64; i++) await monitor.Predict(new Row($"{i}-{monitor.Clock.GetUtcNow():O}", monitor.Clock.GetUtcNow().AddMinutes(-30), i / 64.0, i % 8, Label: i >= 32 ? 1 : 0));
        await monitor.Evaluations.RunAsync(monitor.Options.Windows[0], default);
    }

    private static async Task<IReadOnlyList<RetrainRequest>> Requests(Running monitor)
    {
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        return await RetrainRequests.ReadAsync(reader, "m", 10, default);
    }

    private static RetrainService Service(Running monitor) => new(monitor.Catalog, monitor.Options, monitor.Evaluations, monitor.Writer, monitor.Counted, monitor.Clock);

    private static OutboxDispatcher Dispatcher(Running monitor, Func<OutboxRecord, HookOutcome> answer) =>
        new(monitor.Store, monitor.Writer, monitor.Options, [new Hook(answer)], monitor.Counted, monitor.Clock, NullLogger<OutboxDispatcher>.Instance);

    private static void AssertFits(JsonNode data)
    {
        var result = JsonSchema.FromText(RetrainMessage.Schema()).Evaluate(System.Text.Json.JsonSerializer.SerializeToElement(data), new() { OutputFormat = OutputFormat.List });
        Assert.True(result.IsValid, string.Join('\n', (result.Details ?? []).Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}"))));
    }

    private sealed class Hook(Func<OutboxRecord, HookOutcome> answer) : IRetrainHook
    {
        public string Name => "fake";

        public ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken) => ValueTask.FromResult(answer(message));
    }

    /// <summary>A model came of it, and was refused.</summary>
    private sealed class Answer(RetrainRequest request) : IWork
    {
        public int Rows => 0;

        public ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken) => RetrainRequests.PutAsync(scope, request with { Status = RetrainStatus.Trained, Challenger = "1-r1" }, cancellationToken);
    }

    private sealed class Expiry : IWork
    {
        public int Rows => 0;

        public int Open { get; private set; } = -1;

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken) => Open = await RetrainRequests.ExpireAsync(scope, "m", cancellationToken);
    }
}
