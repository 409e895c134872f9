using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Actions;

/// <summary>Delivers what a rule asks for: a retrain request, or a notification. It may do the work itself, and hand over what it trained.</summary>
/// <remarks>
/// Called from the outbox, at least once per message, possibly again after a crash: the message's key is the receiver's means to act once.
/// It may take as long as the action's timeout; meanwhile nobody else delivers the message. Called for several messages at once.
/// Never throws but for cancellation; what went wrong is in the outcome, in one line without secrets.
/// </remarks>
public interface IRetrainHook
{
    /// <summary>What `hook:` calls it in the configuration, for example `webhook`.</summary>
    string Name { get; }

    /// <summary>What of an action's options cannot be, one line each; asked at start.</summary>
    IReadOnlyList<string> Check(ActionOptions action) => [];

    ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken);
}

/// <summary>How a delivery ended.</summary>
/// <param name="Accepted">The receiver took it.</param>
/// <param name="Retry">It was not taken, and may be later.</param>
/// <param name="Error">Why it was not taken.</param>
/// <param name="RetryAfter">The receiver's own wish, if it said one.</param>
/// <param name="Challenger">What was trained; null: nothing, or it will be handed over by a call-back.</param>
public readonly record struct HookOutcome(bool Accepted, bool Retry, string? Error, TimeSpan? RetryAfter = null, TrainedModel? Challenger = null)
{
    public static HookOutcome Delivered => new(true, false, null);

    public static HookOutcome Trained(TrainedModel challenger) => new(true, false, null, null, challenger);

    public static HookOutcome Later(string error, TimeSpan? retryAfter = null) => new(false, true, error, retryAfter);

    public static HookOutcome Never(string error) => new(false, false, error);
}

/// <summary>A model that was trained on request. It serves only after it was validated.</summary>
/// <param name="Onnx">Path of the ONNX file. It is copied; whoever made it may delete it.</param>
/// <param name="Version">What its maker calls it; null: named by the monitor.</param>
/// <param name="Report">What its maker tells of it, as JSON; null: nothing.</param>
public sealed record TrainedModel(string Onnx, string? Version = null, string? Report = null);
