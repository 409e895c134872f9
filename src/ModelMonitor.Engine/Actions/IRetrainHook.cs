using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Actions;

/// <summary>Delivers what a rule asks for: a retrain request, or a notification.</summary>
/// <remarks>
/// Called from the outbox, at least once per message, possibly again after a crash: the message's key is the receiver's means to act once.
/// Never throws but for cancellation; what went wrong is in the outcome.
/// </remarks>
public interface IRetrainHook
{
    /// <summary>What `hook:` calls it in the configuration, for example `webhook`.</summary>
    string Name { get; }

    ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken);
}

/// <summary>How a delivery ended.</summary>
/// <param name="Accepted">The receiver took it.</param>
/// <param name="Retry">It was not taken, and may be later.</param>
/// <param name="Error">Why it was not taken.</param>
/// <param name="RetryAfter">The receiver's own wish, if it said one.</param>
public readonly record struct HookOutcome(bool Accepted, bool Retry, string? Error, TimeSpan? RetryAfter = null)
{
    public static HookOutcome Delivered => new(true, false, null);
}
