using System.Collections.Immutable;

namespace ModelMonitor.Engine.State;

/// <summary>A root on its way to being published.</summary>
internal sealed class InMemoryTransaction(InMemoryStore store) : InMemoryReader, IStateTransaction
{
    private InMemoryState state = store.Committed;
    private bool over;
    private bool left;

    public ValueTask AppendDeltaAsync(SeriesKey series, long start, ReadOnlyMemory<byte> sums, ReadOnlyMemory<byte> distinctScores, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        var delta = new StoredState(now.LastDeltaId + 1, series, start, sums.ToArray(), distinctScores.ToArray());
        return Write(now with { LastDeltaId = delta.Id, Deltas = now.Deltas.Add(delta), DeltasById = now.DeltasById.Add(delta.Id, delta) });
    }

    public ValueTask<IReadOnlyList<StoredState>> TakeDeltasAsync(long before, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<StoredState>>([.. Read(cancellationToken).Deltas.Where(delta => delta.Start < before).Take(limit)]);

    public ValueTask<StoredState?> FindStateAsync(SeriesKey series, StateLevel level, long start, CancellationToken cancellationToken)
    {
        var key = SummedKey(series, level, start);
        return ValueTask.FromResult<StoredState?>(Read(cancellationToken).Summed.TryGetValue(key, out var found) ? found.State : null);
    }

    public ValueTask PutStateAsync(SeriesKey series, StateLevel level, long start, ReadOnlyMemory<byte> sums, ReadOnlyMemory<byte> distinctScores, CancellationToken cancellationToken)
    {
        var key = SummedKey(series, level, start);
        var now = Read(cancellationToken);
        var summed = key with { State = new StoredState(0, series, start, sums.ToArray(), distinctScores.ToArray()) };
        return Write(now with { Summed = now.Summed.Remove(key).Add(summed) });
    }

    public ValueTask DeleteDeltasAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        var deltas = now.Deltas.ToBuilder();
        var byId = now.DeltasById.ToBuilder();
        foreach (var id in ids)
        {
            if (byId.Remove(id, out var delta))
                deltas.Remove(delta);
        }

        return Write(now with { Deltas = deltas.ToImmutable(), DeltasById = byId.ToImmutable() });
    }

    public ValueTask DeleteStateAsync(string model, StateLevel level, long before, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        if (level == StateLevel.Delta)
            return DeleteDeltasAsync([.. now.Deltas.Where(delta => delta.Series.Model == model && delta.Start < before).Select(static delta => delta.Id)], cancellationToken);
        var old = now.Summed.Where(summed => summed.State.Series.Model == model && summed.Level == level && summed.State.Start < before).ToList();
        return Write(now with { Summed = RemoveAll(now.Summed, old) });
    }

    public ValueTask WriteJoinRowsAsync(string model, IReadOnlyList<JoinRow> rows, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        var joins = now.Joins.ToBuilder();
        var touched = now.Touched.ToBuilder();
        foreach (var row in rows)
        {
            if (row.Label is double.NaN)
                throw new ArgumentException($"The label of row {row.Id:x32} is not a number.", nameof(rows));
            var key = new JoinKey(model, row.Id);
            if (joins.TryGetValue(key, out var old))
                touched.Remove(new TouchedKey(model, old.Touched, row.Id));
            joins[key] = InMemoryState.Copy(row);
            touched.Add(new TouchedKey(model, row.Touched, row.Id));
        }

        return Write(now with { Joins = joins.ToImmutable(), Touched = touched.ToImmutable() });
    }

    public ValueTask<(long Deleted, long Unlabelled, long Unmatched)> ExpireJoinRowsAsync(string model, long touchedBefore, int limit, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        var joins = now.Joins.ToBuilder();
        var touched = now.Touched.ToBuilder();
        var (deleted, unlabelled, unmatched) = (0L, 0L, 0L);
        for (var index = InMemoryState.LowerBound(now.Touched, new TouchedKey(model, long.MinValue, 0)); index < now.Touched.Count && deleted < limit; index++)
        {
            var key = now.Touched[index];
            if (key.Model != model || key.Touched >= touchedBefore)
                break;
            joins.Remove(new JoinKey(model, key.Id), out var row);
            touched.Remove(key);
            deleted++;
            unlabelled += row is { EventTime: not null, Label: null } ? 1 : 0;
            unmatched += row is { EventTime: null, Label: not null } ? 1 : 0;
        }

        state = now with { Joins = joins.ToImmutable(), Touched = touched.ToImmutable() };
        return ValueTask.FromResult((deleted, unlabelled, unmatched));
    }

    public ValueTask AddDeliveryAsync(DeliveryRecord delivery, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        if (now.Deliveries.ContainsKey(delivery.Key))
            throw new InvalidOperationException($"The delivery '{delivery.Key}' is there already.");
        return Write(now with { Deliveries = now.Deliveries.Add(delivery.Key, delivery) });
    }

    public ValueTask ExpireDeliveriesAsync(long receivedBefore, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Deliveries = now.Deliveries.RemoveRange([.. now.Deliveries.Values.Where(delivery => delivery.ReceivedAt < receivedBefore).Select(static delivery => delivery.Key)]) });
    }

    public ValueTask<bool> TryAddEvaluationAsync(EvaluationRecord evaluation, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Try(!now.Evaluations.Contains(evaluation), now, state => state with { Evaluations = state.Evaluations.Add(evaluation) });
    }

    public ValueTask ExpireEvaluationsAsync(long endBefore, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Evaluations = RemoveAll(now.Evaluations, [.. now.Evaluations.Where(evaluation => evaluation.End < endBefore)]) });
    }

    public ValueTask WriteRuleStateAsync(RuleStateRecord state, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Rules = now.Rules.SetItem((state.Model, state.Rule, state.Version), state) });
    }

    public ValueTask<bool> TryAddOutboxAsync(OutboxRecord message, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Try(!now.Outbox.ContainsKey(message.Key), now, state => state with { Outbox = state.Outbox.Add(message.Key, message) });
    }

    public ValueTask<bool> TryUpdateOutboxAsync(OutboxRecord message, int expectedAttempts, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        var holds = now.Outbox.TryGetValue(message.Key, out var old) && old.Status == OutboxStatus.Pending && old.Attempts == expectedAttempts;
        return Try(holds, now, state => state with { Outbox = state.Outbox.SetItem(message.Key, message) });
    }

    public ValueTask ExpireOutboxAsync(long createdBefore, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Outbox = now.Outbox.RemoveRange([.. now.Outbox.Values.Where(message => message.Status != OutboxStatus.Pending && message.CreatedAt < createdBefore).Select(static message => message.Key)]) });
    }

    public ValueTask WriteVersionAsync(VersionRecord version, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Versions = now.Versions.SetItem((version.Model, version.Version), version) });
    }

    public ValueTask AddAuditAsync(AuditRecord entry, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Audit = now.Audit.Add(entry) });
    }

    public ValueTask AppendLearningAsync(string model, string version, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Learning = now.Learning.Add((model, version, body.ToArray())) });
    }

    public ValueTask DeleteLearningAsync(string model, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Learning = now.Learning.RemoveAll(l => l.Model == model) });
    }

    public ValueTask PutDocumentAsync(DocumentRecord document, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        var key = (document.Model, document.Kind, document.Key);
        return Write(now with { Documents = now.Documents.SetItem(key, now.Documents.TryGetValue(key, out var first) ? document with { At = first.At } : document) });
    }

    public ValueTask ExpireDocumentsAsync(string model, string kind, long before, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Documents = now.Documents.RemoveRange(now.Documents.Values.Where(d => d.Model == model && d.Kind == kind && d.At < before).Select(d => (d.Model, d.Kind, d.Key))) });
    }

    public ValueTask AppendCapturedAsync(CapturedRecord captured, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Captured = now.Captured.Add(captured with { Body = captured.Body.ToArray() }) });
    }

    public ValueTask DeleteCapturedAsync(string model, long from, long to, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Captured = now.Captured.RemoveAll(c => c.Model == model && c.Day >= from && c.Day < to) });
    }

    public ValueTask WriteMarkAsync(string name, long value, CancellationToken cancellationToken)
    {
        var now = Read(cancellationToken);
        return Write(now with { Marks = now.Marks.SetItem(name, value) });
    }

    public ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        store.Publish(Read(cancellationToken));
        over = true;
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        over = true;
        if (!left)
        {
            left = true;
            store.Leave();
        }

        return ValueTask.CompletedTask;
    }

    protected override InMemoryState Read(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(left, this);
        return over ? throw new InvalidOperationException("The transaction is committed.") : state;
    }

    private ValueTask Write(InMemoryState next)
    {
        state = next;
        return ValueTask.CompletedTask;
    }

    private ValueTask<bool> Try(bool holds, InMemoryState now, Func<InMemoryState, InMemoryState> change)
    {
        if (holds)
            state = change(now);
        return ValueTask.FromResult(holds);
    }

    private static SummedState SummedKey(SeriesKey series, StateLevel level, long start)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)level, (int)StateLevel.Delta, nameof(level));
        return new SummedState(level, new StoredState(0, series, start, default, default));
    }

    private static ImmutableSortedSet<T> RemoveAll<T>(ImmutableSortedSet<T> set, List<T> old)
    {
        var builder = set.ToBuilder();
        foreach (var item in old)
            builder.Remove(item);
        return builder.ToImmutable();
    }
}
