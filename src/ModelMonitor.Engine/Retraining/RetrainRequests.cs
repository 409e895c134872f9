using ModelMonitor.Core;
using ModelMonitor.Core.Prescriptions;
using ModelMonitor.Core.Retraining;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Retraining;

/// <summary>Retrain requests in the store: made, claimed, settled, each inside somebody's transaction.</summary>
public static class RetrainRequests
{
    /// <summary>More are nobody's to read, and admission looks at the newest only.</summary>
    private const int Most = 1000;

    /// <summary>Newest first.</summary>
    public static async ValueTask<IReadOnlyList<RetrainRequest>> ReadAsync(IStateReader reader, string model, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return [.. (await reader.ReadDocumentsAsync(model, RetrainRequest.Kind, limit, cancellationToken).ConfigureAwait(false)).Select(RetrainRequest.Of)];
    }

    /// <summary>The request of a key; null where there is none.</summary>
    public static async ValueTask<RetrainRequest?> FindAsync(IStateReader reader, string model, string key, CancellationToken cancellationToken) =>
        (await ReadAsync(reader, model, Most, cancellationToken).ConfigureAwait(false)).FirstOrDefault(request => request.Key == key);

    /// <summary>Puts a request into the outbox, if it is to go out now.</summary>
    /// <returns>`queued`, `duplicate`, or why it does not go out: one of <see cref="RetrainAdmission"/>.</returns>
    public static async ValueTask<string> QueueAsync(CommitScope scope, MonitoredModel model, RetrainTrigger trigger, ActionOptions action, MonitorOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(trigger);
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(options);
        var (transaction, now) = (scope.Transaction, scope.Now);
        var earlier = await ReadAsync(transaction, model.Name, Most, cancellationToken).ConfigureAwait(false);
        if (earlier.Any(request => request.Key == trigger.Key)) return "duplicate";
        if (Refusal(earlier, trigger.Prescription, action, now) is { } refusal)
        {
            await transaction.AddAuditAsync(new(now, model.Name, trigger.Actor, $"no retrain request: {Because(refusal)}", trigger.Diagnosis.Reason), cancellationToken).ConfigureAwait(false);
            return refusal;
        }

        var made = new RetrainRequest
        {
            Key = trigger.Key,
            Model = model.Name,
            Version = model.Baseline.Version,
            Trigger = trigger.Name,
            Reason = trigger.Reason,
            Diagnosis = trigger.Diagnosis.Kind,
            Hook = action.Hook,
            Status = RetrainStatus.Queued,
            RequestedAt = now,
            UpdatedAt = now,
            ExpiresAt = now + Instant.From(action.Timeout),
        };
        if (!await transaction.TryAddOutboxAsync(RetrainMessage.Compose(made, model, trigger, options), cancellationToken).ConfigureAwait(false)) return "duplicate";
        await transaction.PutDocumentAsync(made.ToRecord(), cancellationToken).ConfigureAwait(false);
        await transaction.AddAuditAsync(new(now, model.Name, trigger.Actor, $"action {action.Name} requested", trigger.Reason), cancellationToken).ConfigureAwait(false);
        return "queued";
    }

    /// <summary>Why a request would not go out now; null: it would.</summary>
    /// <param name="earlier">The model's requests, newest first.</param>
    internal static string? Refusal(IReadOnlyList<RetrainRequest> earlier, Prescription prescription, ActionOptions action, long now) => RetrainAdmission.Refusal(
        prescription.Decision, earlier.Count(request => request.IsOpen(now)), earlier.Count(request => request.RequestedAt >= Instant.Floor(now, Instant.Day)),
        action.Budget, earlier.Count == 0 ? null : earlier[0].RequestedAt, now, Instant.From(action.Cooldown));

    /// <summary>What an attempt to deliver means for the request that the message carries; other messages are none of its business.</summary>
    /// <param name="outcome">Null: the attempt begins.</param>
    public static async ValueTask DeliveredAsync(CommitScope scope, OutboxRecord message, HookOutcome? outcome, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(message);
        if (message.Action != ActionMessage.Retrain || await FindAsync(scope.Transaction, message.Model, message.Key, cancellationToken).ConfigureAwait(false) is not { } request) return;
        // A call-back may have been faster than the hook's own answer.
        if (request.Status is not (RetrainStatus.Queued or RetrainStatus.Running)) return;
        var next = outcome switch
        {
            null => request with { Status = RetrainStatus.Running, Error = null },
            { Challenger: { } trained } => request with { Status = RetrainStatus.Trained, Trained = trained, Error = null },
            { Accepted: true } => request with { Status = RetrainStatus.Running, Error = null },
            { Retry: true } failed => request with { Status = RetrainStatus.Queued, Error = failed.Error },
            { } failed => request with { Status = RetrainStatus.Failed, Error = failed.Error },
        };
        await PutAsync(scope, next, cancellationToken).ConfigureAwait(false);
        if (next.Status is RetrainStatus.Trained or RetrainStatus.Failed)
            await scope.Transaction.AddAuditAsync(new(scope.Now, request.Model, "hook " + request.Hook, next.Status == RetrainStatus.Trained ? "a model was trained" : "the retrain request failed", next.Error ?? next.Trained?.Report ?? request.Key), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives up what took too long.</summary>
    /// <returns>How many are open still.</returns>
    public static async ValueTask<int> ExpireAsync(CommitScope scope, string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var all = await ReadAsync(scope.Transaction, model, Most, cancellationToken).ConfigureAwait(false);
        foreach (var late in all.Where(request => request.Status is RetrainStatus.Queued or RetrainStatus.Running && !request.IsOpen(scope.Now)))
        {
            await PutAsync(scope, late with { Status = RetrainStatus.Expired, Error = late.Error ?? "nothing came of it in its time" }, cancellationToken).ConfigureAwait(false);
            await scope.Transaction.AddAuditAsync(new(scope.Now, model, "monitor", "the retrain request expired", late.Key), cancellationToken).ConfigureAwait(false);
        }

        return all.Count(request => request.IsOpen(scope.Now));
    }

    internal static ValueTask PutAsync(CommitScope scope, RetrainRequest request, CancellationToken cancellationToken) =>
        scope.Transaction.PutDocumentAsync((request with { UpdatedAt = scope.Now }).ToRecord(), cancellationToken);

    private static string Because(string refusal) => refusal switch
    {
        RetrainAdmission.Withheld => "the prescription says otherwise",
        RetrainAdmission.Running => "another one is not settled yet",
        RetrainAdmission.Budget => "the day's budget is spent",
        _ => "its cooldown is not over",
    };
}
