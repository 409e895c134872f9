using Microsoft.Extensions.Logging;
using ModelMonitor.Core;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Actions;

/// <summary>Delivers the outbox: claims by compare-and-set, delivers at least once with the message's key, tries again until the receiver takes it.</summary>
public sealed class OutboxDispatcher(
    IStateStore store, StateWriter writer, MonitorOptions options, IEnumerable<IRetrainHook> hooks, ITelemetry telemetry, TimeProvider clock, ILogger<OutboxDispatcher> logger)
{
    private const int AtOnce = 16;

    /// <summary>A claim that is not settled by then is another's: its owner died. Longer than a hook's own tries take.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <summary>A receiver cannot put a message off for longer, nor beyond the end of time.</summary>
    private static readonly TimeSpan LongestWish = TimeSpan.FromDays(1);

    /// <summary>How long an empty outbox is left alone.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, IRetrainHook> _hooks = hooks.ToDictionary(h => h.Name, StringComparer.Ordinal);

    /// <summary>Works off what is due now. Returns how many messages were tried.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<OutboxRecord> due;
        var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            due = await reader.ReadDueOutboxAsync(Instant.From(clock.GetUtcNow()), AtOnce, cancellationToken).ConfigureAwait(false);
        }

        // Side by side, so that one slow receiver does not hold up the others.
        await Task.WhenAll(due.Select(message => DeliverAsync(message, cancellationToken))).ConfigureAwait(false);
        return due.Count;
    }

    /// <summary>Works off the outbox until cancelled, then returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await RunOnceAsync(cancellationToken).ConfigureAwait(false) == 0)
                    await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
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
        if (!await SettleAsync(claim, message.Attempts).ConfigureAwait(false)) return;
        var outcome = await TryDeliverAsync(claim, cancellationToken).ConfigureAwait(false);
        if (outcome.Accepted)
        {
            await SettleAsync(claim with { Status = OutboxStatus.Delivered, Error = null }, claim.Attempts).ConfigureAwait(false);
            telemetry.Action(message.Model, message.Rule, message.Action, "delivered");
            return;
        }

        Log.NotDelivered(logger, message.Model, message.Action, claim.Attempts, outcome.Error ?? "no reason given");
        if (!outcome.Retry)
        {
            await SettleAsync(claim with { Status = OutboxStatus.Failed, Error = outcome.Error }, claim.Attempts).ConfigureAwait(false);
            telemetry.Action(message.Model, message.Rule, message.Action, "failed");
            return;
        }

        var delay = RetrySchedule.NextDelay(claim.Key, claim.Attempts);
        if (outcome.RetryAfter is { } wish && wish > delay) delay = wish < LongestWish ? wish : LongestWish;
        await SettleAsync(claim with { DueAt = Instant.From(clock.GetUtcNow() + delay), Error = outcome.Error }, claim.Attempts).ConfigureAwait(false);
    }

    private async Task<HookOutcome> TryDeliverAsync(OutboxRecord message, CancellationToken cancellationToken)
    {
        if (options.Actions.FirstOrDefault(a => a.Name == message.Action) is not { } action) return new(false, false, $"action '{message.Action}' is no longer configured");
        if (!_hooks.TryGetValue(action.Hook, out var hook)) return new(false, false, $"hook '{action.Hook}' is not there");
        try
        {
            return await hook.DeliverAsync(message, action, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new(false, true, e.Message);
        }
    }

    private async Task<bool> SettleAsync(OutboxRecord message, int expectedAttempts)
    {
        var work = new SettleWork(message, expectedAttempts);
        await writer.SubmitAsync(work).ConfigureAwait(false);
        return work.Done;
    }

    private sealed class SettleWork(OutboxRecord message, int expectedAttempts) : IWork
    {
        public int Rows => 0;

        public bool Done { get; private set; }

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken) =>
            Done = await scope.Transaction.TryUpdateOutboxAsync(message, expectedAttempts, cancellationToken).ConfigureAwait(false);
    }
}
