using Microsoft.Extensions.Logging;
using ModelMonitor.Core;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Actions;

/// <summary>Delivers the outbox: claims by compare-and-set, delivers at least once with the message's key, tries again until the receiver takes it.</summary>
public sealed class OutboxDispatcher(
    IStateStore store, StateWriter writer, MonitorOptions options, IEnumerable<IRetrainHook> hooks, ITelemetry telemetry, TimeProvider clock, ILogger<OutboxDispatcher> logger, IMessagePreparation? preparation = null)
{
    private const int AtOnce = 16;

    /// <summary>A claim that is neither renewed nor settled by then is another's: its owner died.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>A receiver cannot put a message off for longer, nor beyond the end of time.</summary>
    private static readonly TimeSpan LongestWish = TimeSpan.FromDays(1);

    /// <summary>How often what waits is counted: unlike what is due it may be much.</summary>
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(15);

    /// <summary>How long an empty outbox is left alone.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, IRetrainHook> _hooks = ByName(hooks);
    private DateTimeOffset _countAt;

    /// <summary>Works off what is due now, and returns when all of it is settled. Returns how many messages were tried.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = await DueAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(due.Select(message => DeliverAsync(message, cancellationToken))).ConfigureAwait(false);
        return due.Count;
    }

    private async Task<IReadOnlyList<OutboxRecord>> DueAsync(CancellationToken cancellationToken)
    {
        var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (clock.GetUtcNow() is var now && now >= _countAt)
            {
                await CountAsync(reader, cancellationToken).ConfigureAwait(false);
                _countAt = now + CountEvery;
            }

            return await reader.ReadDueOutboxAsync(Instant.From(now), AtOnce, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CountAsync(IStateReader reader, CancellationToken cancellationToken)
    {
        var pending = await reader.ReadOutboxAsync(null, OutboxStatus.Pending, int.MaxValue, cancellationToken).ConfigureAwait(false);
        var waiting = pending.ToLookup(message => (message.Model, message.Action));
        var configured = options.Models.SelectMany(model => options.Actions, (model, action) => (Model: model.Name, Action: action.Name));
        foreach (var key in configured.Union(waiting.Select(group => group.Key)))
            telemetry.Outbox(key.Model, key.Action, waiting[key].Count(), waiting[key].Count(message => message.Error is not null));
    }

    /// <summary>A plugin cannot take the name of a hook that was there before it.</summary>
    private static Dictionary<string, IRetrainHook> ByName(IEnumerable<IRetrainHook> hooks) =>
        hooks.GroupBy(h => h.Name, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);

    /// <summary>Works off the outbox until cancelled, then returns. Deliveries run side by side: one that takes hours holds up no other.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var running = new Dictionary<string, Task>(StringComparer.Ordinal);
        try
        {
            await RunAsync(running, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(Dictionary<string, Task> running, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                foreach (var (key, delivery) in running.Where(r => r.Value.IsCompleted).ToArray())
                {
                    running.Remove(key);
                    if (delivery.Exception?.InnerException is { } failed) Log.OutboxFailed(logger, failed);
                }

                var due = (await DueAsync(cancellationToken).ConfigureAwait(false)).Where(message => !running.ContainsKey(message.Key)).ToArray();
                foreach (var message in due) running.Add(message.Key, DeliverAsync(message, cancellationToken));
                if (due.Length == 0 || running.Count >= AtOnce) await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.OutboxFailed(logger, e);
                await Task.Delay(Pause, clock, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task DeliverAsync(OutboxRecord message, CancellationToken cancellationToken)
    {
        var claim = message with { Attempts = message.Attempts + 1, DueAt = Instant.From(clock.GetUtcNow() + Lease) };
        if (!await SettleAsync(claim, message.Attempts, null).ConfigureAwait(false)) return;
        var outcome = await HoldAsync(claim, TryDeliverAsync(claim, cancellationToken)).ConfigureAwait(false);
        if (outcome.Accepted)
        {
            await SettleAsync(claim with { Status = OutboxStatus.Delivered, Error = null }, claim.Attempts, outcome).ConfigureAwait(false);
            telemetry.Action(message.Model, message.Rule, message.Action, "delivered");
            return;
        }

        Log.NotDelivered(logger, message.Model, message.Action, claim.Attempts, outcome.Error ?? "no reason given");
        if (!outcome.Retry)
        {
            await SettleAsync(claim with { Status = OutboxStatus.Failed, Error = outcome.Error }, claim.Attempts, outcome).ConfigureAwait(false);
            telemetry.Action(message.Model, message.Rule, message.Action, "failed");
            return;
        }

        var delay = RetrySchedule.NextDelay(claim.Key, claim.Attempts);
        if (outcome.RetryAfter is { } wish && wish > delay) delay = wish < LongestWish ? wish : LongestWish;
        await SettleAsync(claim with { DueAt = Instant.From(clock.GetUtcNow() + delay), Error = outcome.Error }, claim.Attempts, outcome).ConfigureAwait(false);
    }

    /// <summary>Keeps the claim while the hook works: it may train for hours.</summary>
    private async Task<HookOutcome> HoldAsync(OutboxRecord claim, Task<HookOutcome> delivery)
    {
        while (!delivery.IsCompleted)
        {
            using var done = new CancellationTokenSource();
            var renewal = Task.Delay(Lease / 2, clock, done.Token);
            if (await Task.WhenAny(delivery, renewal).ConfigureAwait(false) == renewal) await RenewAsync(claim).ConfigureAwait(false);
            await done.CancelAsync().ConfigureAwait(false);
        }

        return await delivery.ConfigureAwait(false);
    }

    /// <summary>The hook's work goes on when the store fails: the next renewal comes before the claim runs out, or another delivers it again under the same key.</summary>
    private async Task RenewAsync(OutboxRecord claim)
    {
        try
        {
            await SettleAsync(claim with { DueAt = Instant.From(clock.GetUtcNow() + Lease) }, claim.Attempts, null).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.OutboxFailed(logger, e);
        }
    }

    private async Task<HookOutcome> TryDeliverAsync(OutboxRecord message, CancellationToken cancellationToken)
    {
        if (options.Actions.FirstOrDefault(a => a.Name == message.Action) is not { } action) return HookOutcome.Never($"action '{message.Action}' is no longer configured");
        if (!_hooks.TryGetValue(action.Hook, out var hook)) return HookOutcome.Never($"hook '{action.Hook}' is not there");
        try
        {
            var complete = preparation is null ? message : await preparation.PrepareAsync(message, cancellationToken).ConfigureAwait(false);
            return await hook.DeliverAsync(complete, action, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HookOutcome.Later(e.Message);
        }
    }

    private async Task<bool> SettleAsync(OutboxRecord message, int expectedAttempts, HookOutcome? outcome)
    {
        var work = new SettleWork(message, expectedAttempts, outcome);
        await writer.SubmitAsync(work).ConfigureAwait(false);
        return work.Done;
    }

    private sealed class SettleWork(OutboxRecord message, int expectedAttempts, HookOutcome? outcome) : IWork
    {
        public int Rows => 0;

        public bool Done { get; private set; }

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            Done = await scope.Transaction.TryUpdateOutboxAsync(message, expectedAttempts, cancellationToken).ConfigureAwait(false);
            if (Done) await RetrainRequests.DeliveredAsync(scope, message, outcome, cancellationToken).ConfigureAwait(false);
        }
    }
}
