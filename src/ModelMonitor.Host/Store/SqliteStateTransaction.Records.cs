using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Store;

/// <summary>Deliveries, evaluations, rules, messages, versions, audit and marks.</summary>
internal sealed partial class SqliteStateTransaction
{
    public ValueTask AddDeliveryAsync(DeliveryRecord delivery, CancellationToken cancellationToken)
    {
        var added = Use(cancellationToken)["INSERT INTO delivery (key, body_hash, received, reply) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"]
            .Run(delivery.Key, JoinRowCodec.Bytes(delivery.BodyHash), delivery.ReceivedAt, delivery.Reply);
        return added == 1 ? ValueTask.CompletedTask : throw new InvalidOperationException($"The delivery '{delivery.Key}' is there already.");
    }

    public ValueTask ExpireDeliveriesAsync(long receivedBefore, CancellationToken cancellationToken)
    {
        deleted |= Use(cancellationToken)["DELETE FROM delivery WHERE received<$1"].Run(receivedBefore) > 0;
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> TryAddEvaluationAsync(EvaluationRecord evaluation, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        var added = open["INSERT INTO evaluation (model, end_at, version, window_name, segment, payload) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"]
            .Run(open.Names.Model(evaluation.Model), evaluation.End, evaluation.Version, evaluation.Window, evaluation.Segment, evaluation.Payload);
        return ValueTask.FromResult(added == 1);
    }

    public ValueTask ExpireEvaluationsAsync(long endBefore, CancellationToken cancellationToken)
    {
        deleted |= Use(cancellationToken)["DELETE FROM evaluation WHERE model IN (SELECT id FROM model) AND end_at<$1"].Run(endBefore) > 0;
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteRuleStateAsync(RuleStateRecord state, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        open["INSERT OR REPLACE INTO rule_state (model, rule, version, payload) VALUES ($1, $2, $3, $4)"]
            .Run(open.Names.Model(state.Model), state.Rule, state.Version, state.Payload);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> TryAddOutboxAsync(OutboxRecord message, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        var added = open["""
            INSERT INTO outbox (key, model, action, rule, payload, created, status, attempts, due, error)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """].Run(Values(message, open));
        return ValueTask.FromResult(added == 1);
    }

    public ValueTask<bool> TryUpdateOutboxAsync(OutboxRecord message, int expectedAttempts, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        var updated = open["""
            UPDATE outbox SET model=$2, action=$3, rule=$4, payload=$5, created=$6, status=$7, attempts=$8, due=$9, error=$10
            WHERE key=$1 AND status=0 AND attempts=$11
            """].Run([.. Values(message, open), expectedAttempts]);
        return ValueTask.FromResult(updated == 1);
    }

    public ValueTask ExpireOutboxAsync(long createdBefore, CancellationToken cancellationToken)
    {
        deleted |= Use(cancellationToken)["DELETE FROM outbox WHERE status IN (1, 2) AND created<$1"].Run(createdBefore) > 0;
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteVersionAsync(VersionRecord version, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        open["INSERT OR REPLACE INTO version (model, version, baseline, model_sha256, role, since) VALUES ($1, $2, $3, $4, $5, $6)"]
            .Run(open.Names.Model(version.Model), version.Version, version.BaselineHash, version.ModelSha256, (int)version.Role, version.Since);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddAuditAsync(AuditRecord entry, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        open["INSERT INTO audit (at, model, actor, what, evidence) VALUES ($1, $2, $3, $4, $5)"]
            .Run(entry.At, open.Names.Model(entry.Model), entry.Actor, entry.What, entry.Evidence);
        return ValueTask.CompletedTask;
    }

    public ValueTask AppendLearningAsync(string model, string version, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        open["INSERT INTO learning (model, version, body) VALUES ($1, $2, $3)"].Run(open.Names.Model(model), version, body.ToArray());
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteLearningAsync(string model, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        deleted |= open["DELETE FROM learning WHERE model=$1"].Run(open.Names.Model(model)) > 0;
        return ValueTask.CompletedTask;
    }

    public ValueTask PutDocumentAsync(DocumentRecord document, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        open["INSERT INTO document (model, kind, key, at, payload) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (model, kind, key) DO UPDATE SET payload=excluded.payload"]
            .Run(open.Names.Model(document.Model), document.Kind, document.Key, document.At, document.Payload);
        return ValueTask.CompletedTask;
    }

    public ValueTask ExpireDocumentsAsync(string model, string kind, long before, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        deleted |= open["DELETE FROM document WHERE model=$1 AND kind=$2 AND at<$3"].Run(open.Names.Model(model), kind, before) > 0;
        return ValueTask.CompletedTask;
    }

    public ValueTask AppendCapturedAsync(CapturedRecord captured, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        open["INSERT INTO captured (model, day, body) VALUES ($1, $2, $3)"].Run(open.Names.Model(captured.Model), captured.Day, captured.Body.ToArray());
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteCapturedAsync(string model, long from, long to, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        // Rows of people, and somebody may have asked for it: the pages that they lay on are overwritten, and the log of old pages is emptied after the commit.
        open.Run("PRAGMA secure_delete=1");
        erased |= open["DELETE FROM captured WHERE model=$1 AND day>=$2 AND day<$3"].Run(open.Names.Model(model), from, to) > 0;
        open.Run("PRAGMA secure_delete=0");
        deleted |= erased;
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteMarkAsync(string name, long value, CancellationToken cancellationToken)
    {
        Use(cancellationToken)["INSERT OR REPLACE INTO mark (name, value) VALUES ($1, $2)"].Run(name, value);
        return ValueTask.CompletedTask;
    }

    private static object?[] Values(OutboxRecord message, SqliteSession open) =>
    [
        message.Key, open.Names.Model(message.Model), message.Action, message.Rule, message.Payload,
        message.CreatedAt, (int)message.Status, message.Attempts, message.DueAt, message.Error,
    ];
}
