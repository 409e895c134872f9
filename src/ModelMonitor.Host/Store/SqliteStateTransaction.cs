using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Store;

/// <summary>The one open transaction of the writing connection: what is summed, and its end.</summary>
/// <remarks>
/// A call that SQLite fails ends the transaction: on a full disk SQLite may have undone it by itself, and whatever came next would
/// be committed one by one. All later calls are refused and disposing undoes what is left.
/// </remarks>
internal sealed partial class SqliteStateTransaction(SqliteStore store, SqliteSession session) : SqliteReader(session), IStateTransaction
{
    /// <summary>Pages given back to the file system by one commit at most: moving them takes time.</summary>
    private const int TrimmedPages = 256;

    private bool committed;
    private bool disposed;
    private bool deleted;
    private bool erased;

    public ValueTask AppendDeltaAsync(SeriesKey series, long start, ReadOnlyMemory<byte> sums, ReadOnlyMemory<byte> distinctScores, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        open["INSERT INTO delta (series, start, sums, distinct_scores) VALUES ($1, $2, $3, $4)"].Run(open.Names.Series(series), start, sums.ToArray(), distinctScores.ToArray());
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<StoredState>> TakeDeltasAsync(long before, int limit, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        // The series that have deltas, by one seek each; names order them, and numbers do not.
        var series = open["""
            WITH RECURSIVE found (id) AS (
                SELECT min(series) FROM delta
                UNION ALL SELECT (SELECT min(series) FROM delta WHERE series>found.id) FROM found WHERE found.id IS NOT NULL)
            SELECT id FROM found WHERE id IS NOT NULL
            """].All(static row => row.GetInt64(0)).ConvertAll(id => (Id: id, Key: open.Names.SeriesOf(id)));
        series.Sort(static (x, y) => SeriesKeyComparer.Ordinal.Compare(x.Key, y.Key));
        var taken = new List<StoredState>();
        foreach (var (id, key) in series)
        {
            if (taken.Count >= limit)
                break;
            taken.AddRange(open["SELECT id, start, sums, distinct_scores FROM delta WHERE series=$1 AND start<$2 ORDER BY start, id LIMIT $3"]
                .All(row => new StoredState(row.GetInt64(0), key, row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3)), id, before, limit - taken.Count));
        }

        return ValueTask.FromResult<IReadOnlyList<StoredState>>(taken);
    }

    public ValueTask<StoredState?> FindStateAsync(SeriesKey series, StateLevel level, long start, CancellationToken cancellationToken)
    {
        RefuseDelta(level);
        var open = Use(cancellationToken);
        if (open.Names.FindSeries(series) is not { } id)
            return ValueTask.FromResult<StoredState?>(null);
        var found = open["""
            SELECT s.sums, d.scores FROM stretch s LEFT JOIN stretch_distinct d ON d.series=s.series AND d.level=s.level AND d.start=s.start
            WHERE s.series=$1 AND s.level=$2 AND s.start=$3
            """].All<StoredState?>(row => new StoredState(0, series, start, row.GetFieldValue<byte[]>(0), row.IsDBNull(1) ? [] : row.GetFieldValue<byte[]>(1)), id, (int)level, start);
        return ValueTask.FromResult(found.FirstOrDefault());
    }

    public ValueTask PutStateAsync(SeriesKey series, StateLevel level, long start, ReadOnlyMemory<byte> sums, ReadOnlyMemory<byte> distinctScores, CancellationToken cancellationToken)
    {
        RefuseDelta(level);
        var open = Use(cancellationToken);
        var id = open.Names.Series(series);
        open["INSERT OR REPLACE INTO stretch (series, level, start, sums) VALUES ($1, $2, $3, $4)"].Run(id, (int)level, start, sums.ToArray());
        if (distinctScores.IsEmpty)
            open["DELETE FROM stretch_distinct WHERE series=$1 AND level=$2 AND start=$3"].Run(id, (int)level, start);
        else
            open["INSERT OR REPLACE INTO stretch_distinct (series, level, start, scores) VALUES ($1, $2, $3, $4)"].Run(id, (int)level, start, distinctScores.ToArray());
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteDeltasAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var delete = Use(cancellationToken)["DELETE FROM delta WHERE id=$1"];
        foreach (var id in ids)
            delete.Run(id);
        deleted = true;
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteStateAsync(string model, StateLevel level, long before, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        if (open.Names.FindModel(model) is not { } id)
            return ValueTask.CompletedTask;
        deleted = true;
        if (level == StateLevel.Delta)
        {
            open["DELETE FROM delta WHERE series IN (SELECT id FROM series WHERE model=$1) AND start<$2"].Run(id, before);
        }
        else
        {
            open["DELETE FROM stretch WHERE series IN (SELECT id FROM series WHERE model=$1) AND level=$2 AND start<$3"].Run(id, (int)level, before);
            open["DELETE FROM stretch_distinct WHERE series IN (SELECT id FROM series WHERE model=$1) AND level=$2 AND start<$3"].Run(id, (int)level, before);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        if (deleted)
            Trim(open);
        open["COMMIT"].Run();
        committed = true;
        open.Names.Committed();
        // Whoever erases waits a moment for readers; a commit that only finds it due does not.
        if (erased || open.LogIsDue) open.EmptyLog(erased ? 1000 : 0);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        if (!disposed)
        {
            disposed = true;
            store.Leave(undo: !committed);
        }

        return ValueTask.CompletedTask;
    }

    protected override void ThrowIfOver()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (committed)
            throw new InvalidOperationException("The transaction is committed.");
    }

    /// <summary>Free pages are used again by what is written next; only where a quarter of a file of some size is free does it shrink, a little per commit.</summary>
    private static void Trim(SqliteSession open)
    {
        var free = open["PRAGMA freelist_count"].Number() ?? 0;
        if (free < 4 * TrimmedPages || 4 * free < open["PRAGMA page_count"].Number())
            return;
        // One row per page: it goes on only while it is read.
        open["PRAGMA incremental_vacuum(256)"].All(static _ => 0);
    }

    private static void RefuseDelta(StateLevel level) => ArgumentOutOfRangeException.ThrowIfEqual((int)level, (int)StateLevel.Delta, nameof(level));
}
