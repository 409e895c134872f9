using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class OutboxDispatcherTests
{
    private static readonly MonitorOptions Options = Given.Monitor() with { Actions = [new() { Name = "tell", Hook = "fake", Url = new("http://receiver.example/") }] };

    [Fact]
    public async Task A_receiver_that_is_down_for_an_hour_gets_the_message_once_it_is_up()
    {
        await using var monitor = new Running(options: Options);
        await Queue(monitor);
        var up = monitor.Clock.GetUtcNow().AddHours(1);
        var hook = new Hook(_ => monitor.Clock.GetUtcNow() < up ? new(false, true, "down") : HookOutcome.Delivered);
        var dispatcher = Dispatcher(monitor, hook);
        for (var i = 0; i < 80 * 12; i++)
        {
            await dispatcher.RunOnceAsync(default);
            monitor.Clock.Advance(TimeSpan.FromSeconds(5));
        }

        var message = Assert.Single(await monitor.Outbox());
        Assert.Equal((OutboxStatus.Delivered, null, hook.Keys.Count), (message.Status, message.Error, message.Attempts));
        Assert.InRange(hook.Keys.Count, 12, 30);
        Assert.Equal(1, monitor.Counted["action delivered"]);
    }

    [Fact]
    public async Task A_receiver_whose_answer_is_lost_gets_the_same_key_again()
    {
        await using var monitor = new Running(options: Options);
        await Queue(monitor);
        var tries = 0;
        var hook = new Hook(_ => tries++ == 0 ? throw new TaskCanceledException("the answer took too long") : HookOutcome.Delivered);
        var dispatcher = Dispatcher(monitor, hook);
        await dispatcher.RunOnceAsync(default);
        Assert.Equal("the answer took too long", (await monitor.Outbox())[0].Error);
        monitor.Clock.Advance(TimeSpan.FromSeconds(10));
        await dispatcher.RunOnceAsync(default);
        Assert.Equal(["key", "key"], hook.Keys);
        Assert.Equal(OutboxStatus.Delivered, (await monitor.Outbox())[0].Status);
    }

    [Fact]
    public async Task Two_dispatchers_at_once_deliver_once_per_claim()
    {
        await using var monitor = new Running(options: Options);
        for (var i = 0; i < 10; i++) await Queue(monitor, $"{i}");
        var hook = new Hook(_ => HookOutcome.Delivered);
        var (one, other) = (Dispatcher(monitor, hook), Dispatcher(monitor, hook));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? one : other).RunOnceAsync(default))));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), hook.Keys.Order());
    }

    [Fact]
    public async Task A_final_refusal_is_kept_as_failed_and_not_tried_again()
    {
        await using var monitor = new Running(options: Options);
        await Queue(monitor);
        var hook = new Hook(_ => new(false, false, "404"));
        await AssertFails(monitor, hook, "404");
        Assert.Single(hook.Keys);
    }

    [Theory]
    [InlineData("tell", "hook 'fake' is not there")]
    [InlineData("gone", "action 'gone' is no longer configured")]
    public async Task A_message_that_nobody_can_deliver_fails_and_says_why(string action, string error)
    {
        await using var monitor = new Running(options: Options);
        await Queue(monitor, action: action);
        await AssertFails(monitor, null, error);
    }

    [Fact]
    public async Task A_receivers_wish_to_be_left_alone_is_honoured()
    {
        await using var monitor = new Running(options: Options);
        await Queue(monitor);
        var hook = new Hook(_ => new(false, true, "429", TimeSpan.FromMinutes(30)));
        var dispatcher = Dispatcher(monitor, hook);
        for (var i = 0; i < 29; i++)
        {
            await dispatcher.RunOnceAsync(default);
            monitor.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Single(hook.Keys);
        monitor.Clock.Advance(TimeSpan.FromMinutes(1));
        await dispatcher.RunOnceAsync(default);
        Assert.Equal(2, hook.Keys.Count);
    }

    [Fact]
    public async Task A_hook_that_works_for_hours_keeps_its_message_and_holds_up_no_other()
    {
        await using var monitor = new Running(options: Options);
        await Queue(monitor, "long");
        var (begun, done) = (0, new TaskCompletionSource());
        var hook = new Hook(_ => HookOutcome.Delivered)
        {
            Before = async key =>
        {
            if (key != "long") return;
            Interlocked.Increment(ref begun);
            await done.Task;
        }
        };
        using var stop = new CancellationTokenSource();
        var (one, other) = (Dispatcher(monitor, hook).RunAsync(stop.Token), Dispatcher(monitor, hook).RunAsync(stop.Token));
        await Until(() => begun == 1);
        await Queue(monitor, "short");
        for (var i = 0; i < 360; i++)
        {
            monitor.Clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Contains("short", hook.Keys);
        Assert.Equal(1, begun);
        done.SetResult();
        await Until(() => monitor.Outbox().Result.All(m => m.Status == OutboxStatus.Delivered));
        await stop.CancelAsync();
        await Task.WhenAll(one, other);
        Assert.Equal(["long", "short"], hook.Keys.Order());

        static async Task Until(Func<bool> holds)
        {
            for (var i = 0; i < 1000 && !holds(); i++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.True(holds());
        }
    }

    [Fact]
    public async Task An_absurd_wish_does_not_stop_the_dispatcher()
    {
        await using var monitor = new Running(options: Options);
        await Queue(monitor);
        await Dispatcher(monitor, new Hook(_ => new(false, true, "429", TimeSpan.MaxValue))).RunOnceAsync(default);
        Assert.Equal("429", (await monitor.Outbox())[0].Error);
    }

    [Fact]
    public async Task A_message_whose_claimer_died_is_delivered_when_its_lease_has_run_out()
    {
        await using var monitor = new Running(options: Options);
        await Queue(monitor);
        using var death = new CancellationTokenSource();
        var hook = new Hook(_ => { death.Cancel(); throw new OperationCanceledException(death.Token); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Dispatcher(monitor, hook).RunOnceAsync(death.Token));
        var next = new Hook(_ => HookOutcome.Delivered);
        Assert.Equal(0, await Dispatcher(monitor, next).RunOnceAsync(default));
        monitor.Clock.Advance(TimeSpan.FromMinutes(5));
        await Dispatcher(monitor, next).RunOnceAsync(default);
        Assert.Equal(hook.Keys, next.Keys);
    }

    private static async Task AssertFails(Running monitor, Hook? hook, string error)
    {
        var dispatcher = Dispatcher(monitor, hook);
        await dispatcher.RunOnceAsync(default);
        monitor.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await dispatcher.RunOnceAsync(default));
        var message = Assert.Single(await monitor.Outbox());
        Assert.Equal((OutboxStatus.Failed, error), (message.Status, message.Error));
        Assert.Equal(1, monitor.Counted["action failed"]);
    }

    private static OutboxDispatcher Dispatcher(Running monitor, Hook? hook) =>
        new(monitor.Store, monitor.Writer, monitor.Options, hook is null ? [] : [hook], monitor.Counted, monitor.Clock, NullLogger<OutboxDispatcher>.Instance);

    private static Task Queue(Running monitor, string key = "key", string action = "tell") => monitor.Writer.SubmitAsync(new Message(key, action));

    private sealed class Message(string key, string action) : IWork
    {
        public int Rows => 0;

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken) =>
            await scope.Transaction.TryAddOutboxAsync(new() { Key = key, Model = "m", Action = action, Rule = "r", Payload = "{}", CreatedAt = scope.Now, DueAt = scope.Now }, cancellationToken);
    }

    private sealed class Hook(Func<OutboxRecord, HookOutcome> answer) : IRetrainHook
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Keys { get; } = [];

        public string Name => "fake";

        public Func<string, Task> Before { get; init; } = _ => Task.CompletedTask;

        public async ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken)
        {
            await Before(message.Key);
            Keys.Enqueue(message.Key);
            return answer(message);
        }
    }
}
