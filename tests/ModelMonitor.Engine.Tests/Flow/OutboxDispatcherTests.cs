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
    public async Task What_waits_is_counted_and_what_was_tried_in_vain_apart()
    {
        await using var monitor = new Running(options: Options);
        var up = false;
        var dispatcher = Dispatcher(monitor, new Hook(_ => up ? HookOutcome.Delivered : new(false, true, "down")));
        await dispatcher.RunOnceAsync(default);
        Assert.Equal((0, 0), (monitor.Counted["pending tell"], monitor.Counted["retrying tell"]));
        Assert.Contains("pending tell", monitor.Counted.All.Keys);
        await Queue(monitor, "first");
        await dispatcher.RunOnceAsync(default);
        await Queue(monitor, "second");
        monitor.Clock.Advance(TimeSpan.FromMinutes(1));
        await dispatcher.RunOnceAsync(default);
        Assert.Equal((2, 1), (monitor.Counted["pending tell"], monitor.Counted["retrying tell"]));
        up = true;
        monitor.Clock.Advance(TimeSpan.FromHours(1));
        await dispatcher.RunOnceAsync(default);
        monitor.Clock.Advance(TimeSpan.FromMinutes(1));
        await dispatcher.RunOnceAsync(default);
        Assert.Equal((0, 0), (monitor.Counted["pending tell"], monitor.Counted["retrying tell"]));
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
        var (begun, done, clock) = (0, new TaskCompletionSource(), new WatchedClock(monitor.Clock));
        var hook = new Hook(_ => HookOutcome.Delivered) { Before = key => key == "long" && Interlocked.Increment(ref begun) > 0 ? done.Task : Task.CompletedTask };
        using var stop = new CancellationTokenSource();
        var (one, other) = (Dispatcher(monitor, hook, clock).RunAsync(stop.Token), Dispatcher(monitor, hook, clock).RunAsync(stop.Token));
        await Until(() => Task.FromResult(clock.Renewals == 1));
        for (var hour = 0; hour < 240; hour++)
        {
            // The claim's next renewal is set: so much later it is due, and done before anybody else may look.
            monitor.Clock.Advance(WatchedClock.HalfLease);
            await Until(() => Task.FromResult(clock.Renewals == hour + 2));
            Assert.True((await monitor.Outbox()).Single(m => m.Key == "long").DueAt > Core.Instant.From(monitor.Clock.GetUtcNow() + WatchedClock.HalfLease));
        }

        await Queue(monitor, "short");
        await Until(async () =>
        {
            monitor.Clock.Advance(TimeSpan.FromMilliseconds(10));
            return (await monitor.Outbox()).Single(m => m.Key == "short").Status == OutboxStatus.Delivered;
        });
        Assert.Equal(1, begun);
        done.SetResult();
        await Until(async () => (await monitor.Outbox()).All(m => m.Status == OutboxStatus.Delivered));
        await stop.CancelAsync();
        await Task.WhenAll(one, other);
        Assert.Equal(["long", "short"], hook.Keys.Order());
    }

    /// <summary>A store that fails while a claim is renewed costs a renewal, not the delivery.</summary>
    [Fact]
    public async Task A_renewal_that_fails_is_tried_again_and_the_work_goes_on()
    {
        var store = new FailingStore(new InMemoryStore());
        await using var monitor = new Running(options: Options, store: store);
        await Queue(monitor, "long");
        var (begun, done, clock) = (0, new TaskCompletionSource(), new WatchedClock(monitor.Clock));
        var hook = new Hook(_ => HookOutcome.Delivered) { Before = _ => Interlocked.Increment(ref begun) > 0 ? done.Task : Task.CompletedTask };
        var run = Dispatcher(monitor, hook, clock).RunOnceAsync(default);
        await Until(() => Task.FromResult(clock.Renewals == 1));
        store.FailBegins = 1;
        monitor.Clock.Advance(WatchedClock.HalfLease);
        await Until(() => Task.FromResult(clock.Renewals == 2));
        done.SetResult();
        await run;
        Assert.Equal((1, OutboxStatus.Delivered), (begun, (await monitor.Outbox())[0].Status));
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 3000 && !await holds(); i++) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.True(await holds());
    }

    /// <summary>Tells when the next renewal of a claim has been set: only then may the clock move.</summary>
    private sealed class WatchedClock(TimeProvider inner) : TimeProvider
    {
        public static readonly TimeSpan HalfLease = TimeSpan.FromSeconds(15);

        private int _renewals;

        public int Renewals => Volatile.Read(ref _renewals);

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp() => inner.GetTimestamp();

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = inner.CreateTimer(callback, state, dueTime, period);
            if (dueTime == HalfLease) Interlocked.Increment(ref _renewals);
            return timer;
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

    private static OutboxDispatcher Dispatcher(Running monitor, Hook? hook, TimeProvider? clock = null) =>
        new(monitor.Store, monitor.Writer, monitor.Options, hook is null ? [] : [hook], monitor.Counted, clock ?? monitor.Clock, NullLogger<OutboxDispatcher>.Instance);

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
