namespace ModelMonitor.Engine.State;

/// <summary>Where everything remembered lies. Times are microseconds of UTC since 1970.</summary>
/// <remarks>
/// One <c>StateWriter</c> per process is the only caller of <see cref="BeginAsync"/>; at most one transaction is open at a
/// time. Snapshots may be open beside it, on any thread, and see one committed state each. The store never looks inside
/// the encoded state. Anything a call throws means that the call had no effect; after a failed
/// <see cref="IStateTransaction.CommitAsync"/> the outcome is unknown and settled by looking up delivery keys.
/// </remarks>
public interface IStateStore : IAsyncDisposable
{
    ValueTask<IStateTransaction> BeginAsync(CancellationToken cancellationToken);

    ValueTask<IStateReader> OpenSnapshotAsync(CancellationToken cancellationToken);
}

/// <summary>Reads one consistent state until it is disposed.</summary>
public interface IStateReader : IAsyncDisposable
{
    /// <summary>Stretches of a range in order of start (deltas: of start, then id). The part that was not asked for is empty.</summary>
    IAsyncEnumerable<StoredState> ReadStateAsync(StateRange range, StatePart part, CancellationToken cancellationToken);

    /// <summary>Every series of a model that has state at any level, in ordinal order.</summary>
    ValueTask<IReadOnlyList<SeriesKey>> ReadSeriesAsync(string model, CancellationToken cancellationToken);

    /// <summary>The least and the greatest start of a model's state over all levels and series; null where there is none.</summary>
    ValueTask<(long First, long Last)?> ReadBoundsAsync(string model, CancellationToken cancellationToken);

    ValueTask<DeliveryRecord?> FindDeliveryAsync(string key, CancellationToken cancellationToken);

    /// <summary>Newest end first where <paramref name="window"/> is null or not; [from, to) of ends; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<EvaluationRecord>> ReadEvaluationsAsync(string model, string? window, long from, long to, int limit, CancellationToken cancellationToken);

    /// <summary>Of one version, window and segment, newest end first; [from, to) of ends; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<EvaluationRecord>> ReadEvaluationsAsync(EvaluationSeries series, long from, long to, int limit, CancellationToken cancellationToken);

    /// <summary>All rules of one model.</summary>
    ValueTask<IReadOnlyList<RuleStateRecord>> ReadRuleStatesAsync(string model, CancellationToken cancellationToken);

    /// <summary>Newest first; null: of every model, in every status.</summary>
    ValueTask<IReadOnlyList<OutboxRecord>> ReadOutboxAsync(string? model, OutboxStatus? status, int limit, CancellationToken cancellationToken);

    /// <summary>Pending messages whose time has come, oldest first.</summary>
    ValueTask<IReadOnlyList<OutboxRecord>> ReadDueOutboxAsync(long now, int limit, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<VersionRecord>> ReadVersionsAsync(string model, CancellationToken cancellationToken);

    /// <summary>Oldest first.</summary>
    ValueTask<IReadOnlyList<AuditRecord>> ReadAuditAsync(string model, CancellationToken cancellationToken);

    /// <summary>What was appended for a version that learns its baseline, in order.</summary>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadLearningAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>Documents of a kind, newest first, then by key; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<DocumentRecord>> ReadDocumentsAsync(string model, string kind, int limit, CancellationToken cancellationToken);

    /// <summary>What was captured of the days in [from, to), by day, each day's in the order in which it came.</summary>
    IAsyncEnumerable<CapturedRecord> ReadCapturedAsync(string model, long from, long to, CancellationToken cancellationToken);

    /// <summary>The row of each id, null where there is none; ids ascending.</summary>
    ValueTask<IReadOnlyList<JoinRow?>> ReadJoinRowsAsync(string model, IReadOnlyList<UInt128> ids, CancellationToken cancellationToken);

    /// <summary>A number kept under a name, such as a model's newest event time.</summary>
    ValueTask<long?> ReadMarkAsync(string name, CancellationToken cancellationToken);
}

/// <summary>Everything of one commit; reads see what it wrote. Disposing without <see cref="CommitAsync"/> undoes all of it.</summary>
public interface IStateTransaction : IStateReader
{
    /// <summary>Appends sums to a pane without reading it.</summary>
    ValueTask AppendDeltaAsync(SeriesKey series, long start, ReadOnlyMemory<byte> sums, ReadOnlyMemory<byte> distinctScores, CancellationToken cancellationToken);

    /// <summary>Both parts of the deltas that lie before <paramref name="before"/> (by pane start), ordered by series, start, id; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<StoredState>> TakeDeltasAsync(long before, int limit, CancellationToken cancellationToken);

    /// <summary>One summed stretch with both parts; null where there is none. Not for <see cref="StateLevel.Delta"/>.</summary>
    ValueTask<StoredState?> FindStateAsync(SeriesKey series, StateLevel level, long start, CancellationToken cancellationToken);

    /// <summary>Writes or replaces one summed stretch.</summary>
    ValueTask PutStateAsync(SeriesKey series, StateLevel level, long start, ReadOnlyMemory<byte> sums, ReadOnlyMemory<byte> distinctScores, CancellationToken cancellationToken);

    /// <summary>Deletes deltas by id.</summary>
    ValueTask DeleteDeltasAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Deletes a level's stretches of a model that start before a time.</summary>
    ValueTask DeleteStateAsync(string model, StateLevel level, long before, CancellationToken cancellationToken);

    /// <summary>Writes or replaces rows; ids ascending.</summary>
    ValueTask WriteJoinRowsAsync(string model, IReadOnlyList<JoinRow> rows, CancellationToken cancellationToken);

    /// <summary>Deletes rows of a model last touched before a time; at most <paramref name="limit"/>. Returns how many waited in vain: predictions without label, labels without prediction.</summary>
    ValueTask<(long Deleted, long Unlabelled, long Unmatched)> ExpireJoinRowsAsync(string model, long touchedBefore, int limit, CancellationToken cancellationToken);

    /// <exception cref="InvalidOperationException">The key is there already.</exception>
    ValueTask AddDeliveryAsync(DeliveryRecord delivery, CancellationToken cancellationToken);

    ValueTask ExpireDeliveriesAsync(long receivedBefore, CancellationToken cancellationToken);

    /// <summary>False, without effect, where an evaluation of the same key is there already.</summary>
    ValueTask<bool> TryAddEvaluationAsync(EvaluationRecord evaluation, CancellationToken cancellationToken);

    ValueTask ExpireEvaluationsAsync(long endBefore, CancellationToken cancellationToken);

    ValueTask WriteRuleStateAsync(RuleStateRecord state, CancellationToken cancellationToken);

    /// <summary>False, without effect, where the key is there already.</summary>
    ValueTask<bool> TryAddOutboxAsync(OutboxRecord message, CancellationToken cancellationToken);

    /// <summary>Replaces the message if its attempts still are <paramref name="expectedAttempts"/> and it is pending; else false, without effect.</summary>
    ValueTask<bool> TryUpdateOutboxAsync(OutboxRecord message, int expectedAttempts, CancellationToken cancellationToken);

    /// <summary>Deletes delivered and failed messages created before a time.</summary>
    ValueTask ExpireOutboxAsync(long createdBefore, CancellationToken cancellationToken);

    ValueTask WriteVersionAsync(VersionRecord version, CancellationToken cancellationToken);

    ValueTask AddAuditAsync(AuditRecord entry, CancellationToken cancellationToken);

    /// <summary>Keeps rows of a version that learns its baseline, or the baseline that it learned.</summary>
    ValueTask AppendLearningAsync(string model, string version, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Deletes all that was kept for learning, of every version of the model.</summary>
    ValueTask DeleteLearningAsync(string model, CancellationToken cancellationToken);

    /// <summary>Writes a document, or its payload anew.</summary>
    ValueTask PutDocumentAsync(DocumentRecord document, CancellationToken cancellationToken);

    /// <summary>Deletes documents of a kind that were first written before a time.</summary>
    ValueTask ExpireDocumentsAsync(string model, string kind, long before, CancellationToken cancellationToken);

    ValueTask AppendCapturedAsync(CapturedRecord captured, CancellationToken cancellationToken);

    /// <summary>Deletes what was captured of the days in [from, to).</summary>
    ValueTask DeleteCapturedAsync(string model, long from, long to, CancellationToken cancellationToken);

    ValueTask WriteMarkAsync(string name, long value, CancellationToken cancellationToken);

    ValueTask CommitAsync(CancellationToken cancellationToken);
}
