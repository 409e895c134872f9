using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace ModelMonitor.Engine.State;

/// <summary>Reads of one <see cref="InMemoryState"/>: a snapshot's, or what a transaction has written so far.</summary>
internal abstract class InMemoryReader : IStateReader
{
    public IAsyncEnumerable<StoredState> ReadStateAsync(StateRange range, StatePart part, CancellationToken cancellationToken)
    {
        var state = Read(cancellationToken);
        return Stretches(state, range, part, cancellationToken).ToAsyncEnumerable();
    }

    public ValueTask<IReadOnlyList<SeriesKey>> ReadSeriesAsync(string model, CancellationToken cancellationToken)
    {
        var state = Read(cancellationToken);
        var found = new SortedSet<SeriesKey>(SeriesKeyComparer.Ordinal);
        found.UnionWith(DeltasOf(state, model).Select(static delta => delta.Series));
        found.UnionWith(SummedOf(state, model).Select(static summed => summed.State.Series));
        return List<SeriesKey>([.. found]);
    }

    public ValueTask<(long First, long Last)?> ReadBoundsAsync(string model, CancellationToken cancellationToken)
    {
        var state = Read(cancellationToken);
        (long First, long Last)? bounds = null;
        foreach (var start in DeltasOf(state, model).Select(static delta => delta.Start).Concat(SummedOf(state, model).Select(static summed => summed.State.Start)))
            bounds = bounds is { } b ? (Math.Min(b.First, start), Math.Max(b.Last, start)) : (start, start);
        return ValueTask.FromResult(bounds);
    }

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(string key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(cancellationToken).Deliveries.GetValueOrDefault(key));

    public ValueTask<IReadOnlyList<EvaluationRecord>> ReadEvaluationsAsync(string model, string? window, long from, long to, int limit, CancellationToken cancellationToken) =>
        Evaluations(model, from, to, limit, evaluation => window is null || evaluation.Window == window, cancellationToken);

    public ValueTask<IReadOnlyList<EvaluationRecord>> ReadEvaluationsAsync(EvaluationSeries series, long from, long to, int limit, CancellationToken cancellationToken) =>
        Evaluations(series.Model, from, to, limit, evaluation => evaluation.Version == series.Version && evaluation.Window == series.Window && evaluation.Segment == series.Segment, cancellationToken);

    private ValueTask<IReadOnlyList<EvaluationRecord>> Evaluations(string model, long from, long to, int limit, Func<EvaluationRecord, bool> wanted, CancellationToken cancellationToken)
    {
        var all = Read(cancellationToken).Evaluations;
        var found = new List<EvaluationRecord>();
        // Newest first: the first of the range is the one just below `to`. Nothing sorts before an empty name.
        var index = InMemoryState.LowerBound(all, new EvaluationRecord(model, "", "", to, "", ""));
        for (; index < all.Count && found.Count < limit; index++)
        {
            var evaluation = all[index];
            if (evaluation.Model != model || evaluation.End < from)
                break;
            if (evaluation.End < to && wanted(evaluation))
                found.Add(evaluation);
        }

        return List<EvaluationRecord>(found);
    }

    public ValueTask<IReadOnlyList<RuleStateRecord>> ReadRuleStatesAsync(string model, CancellationToken cancellationToken) =>
        List<RuleStateRecord>([.. Read(cancellationToken).Rules.Values.Where(rule => rule.Model == model)]);

    public ValueTask<IReadOnlyList<OutboxRecord>> ReadOutboxAsync(string? model, OutboxStatus? status, int limit, CancellationToken cancellationToken) =>
        List<OutboxRecord>([.. Read(cancellationToken).Outbox.Values
            .Where(message => (model is null || message.Model == model) && (status is null || message.Status == status))
            .OrderByDescending(static message => message.CreatedAt)
            .Take(limit)]);

    public ValueTask<IReadOnlyList<OutboxRecord>> ReadDueOutboxAsync(long now, int limit, CancellationToken cancellationToken) =>
        List<OutboxRecord>([.. Read(cancellationToken).Outbox.Values
            .Where(message => message.Status == OutboxStatus.Pending && message.DueAt <= now)
            .OrderBy(static message => message.CreatedAt)
            .Take(limit)]);

    public ValueTask<IReadOnlyList<VersionRecord>> ReadVersionsAsync(string model, CancellationToken cancellationToken) =>
        List<VersionRecord>([.. Read(cancellationToken).Versions.Values.Where(version => version.Model == model).OrderBy(static version => version.Since)]);

    public ValueTask<IReadOnlyList<AuditRecord>> ReadAuditAsync(string model, CancellationToken cancellationToken) =>
        List<AuditRecord>([.. Read(cancellationToken).Audit.Where(entry => entry.Model == model).OrderBy(static entry => entry.At)]);

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadLearningAsync(string model, string version, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. Read(cancellationToken).Learning.Where(l => l.Model == model && l.Version == version).Select(l => l.Body)]);

    public ValueTask<IReadOnlyList<DocumentRecord>> ReadDocumentsAsync(string model, string kind, int limit, CancellationToken cancellationToken) =>
        List(Read(cancellationToken).Documents.Values.Where(d => d.Model == model && d.Kind == kind).OrderByDescending(d => d.At).ThenBy(d => d.Key, StringComparer.Ordinal).Take(limit).ToList());

    public async IAsyncEnumerable<CapturedRecord> ReadCapturedAsync(string model, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        foreach (var captured in Read(cancellationToken).Captured.Where(c => c.Model == model && c.Day >= from && c.Day < to).OrderBy(c => c.Day)) yield return captured;
    }

    public ValueTask<IReadOnlyList<JoinRow?>> ReadJoinRowsAsync(string model, IReadOnlyList<UInt128> ids, CancellationToken cancellationToken)
    {
        var joins = Read(cancellationToken).Joins;
        var rows = new JoinRow?[ids.Count];
        for (var i = 0; i < rows.Length; i++) rows[i] = joins.TryGetValue(new JoinKey(model, ids[i]), out var row) ? InMemoryState.Copy(row) : null;
        return ValueTask.FromResult<IReadOnlyList<JoinRow?>>(rows);
    }

    public ValueTask<long?> ReadMarkAsync(string name, CancellationToken cancellationToken) =>
        ValueTask.FromResult<long?>(Read(cancellationToken).Marks.TryGetValue(name, out var value) ? value : null);

    public abstract ValueTask DisposeAsync();

    /// <summary>What is to be read now.</summary>
    /// <exception cref="ObjectDisposedException">It is over.</exception>
    protected abstract InMemoryState Read(CancellationToken cancellationToken);

    private static IEnumerable<StoredState> Stretches(InMemoryState state, StateRange range, StatePart part, CancellationToken cancellationToken)
    {
        var first = new StoredState(0, range.Series, range.From, default, default);
        if (range.Level == StateLevel.Delta)
        {
            for (var index = InMemoryState.LowerBound(state.Deltas, first); index < state.Deltas.Count; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var delta = state.Deltas[index];
                if (delta.Start >= range.To || delta.Series != range.Series)
                    yield break;
                yield return Only(delta, part);
            }
        }
        else
        {
            for (var index = InMemoryState.LowerBound(state.Summed, new SummedState(range.Level, first)); index < state.Summed.Count; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var summed = state.Summed[index];
                if (summed.State.Start >= range.To || summed.Level != range.Level || summed.State.Series != range.Series)
                    yield break;
                yield return Only(summed.State, part);
            }
        }
    }

    private static StoredState Only(StoredState stored, StatePart part) =>
        part == StatePart.Sums ? stored with { DistinctScores = default } : stored with { Sums = default };

    private static IEnumerable<StoredState> DeltasOf(InMemoryState state, string model) =>
        From(state.Deltas, new StoredState(0, new SeriesKey(model, "", "", ""), long.MinValue, default, default)).TakeWhile(delta => delta.Series.Model == model);

    private static IEnumerable<SummedState> SummedOf(InMemoryState state, string model) =>
        From(state.Summed, new SummedState(StateLevel.Delta, new StoredState(0, new SeriesKey(model, "", "", ""), long.MinValue, default, default)))
            .TakeWhile(summed => summed.State.Series.Model == model);

    private static IEnumerable<T> From<T>(ImmutableSortedSet<T> set, T first)
    {
        for (var index = InMemoryState.LowerBound(set, first); index < set.Count; index++)
            yield return set[index];
    }

    private static ValueTask<IReadOnlyList<T>> List<T>(List<T> list) => ValueTask.FromResult<IReadOnlyList<T>>(list);
}

/// <summary>The state of the moment it was opened.</summary>
internal sealed class InMemorySnapshot(InMemoryState state) : InMemoryReader
{
    private InMemoryState? open = state;

    public override ValueTask DisposeAsync()
    {
        open = null;
        return ValueTask.CompletedTask;
    }

    protected override InMemoryState Read(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return open ?? throw new ObjectDisposedException(nameof(InMemorySnapshot));
    }
}
