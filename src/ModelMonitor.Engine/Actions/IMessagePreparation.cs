using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Actions;

/// <summary>Completes a message before it is delivered, for what is too large or too slow for the transaction that queued it.</summary>
public interface IMessagePreparation
{
    /// <returns>The message as the hook gets it; the same however often it is asked.</returns>
    ValueTask<OutboxRecord> PrepareAsync(OutboxRecord message, CancellationToken cancellationToken);
}
