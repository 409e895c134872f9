using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Store;

/// <summary>Reads within the transaction that a session has open. SQLite is synchronous, so every task given out is completed.</summary>
internal abstract class SqliteReader(SqliteSession session) : IStateReader
{
    /// <summary>Stretches fetched by one query: a reader of a long range holds no more, and several ranges may be read in turn.</summary>
    private const int Chunk = 16;

    public IAsyncEnumerable<StoredState> ReadStateAsync(StateRange range, StatePart part, CancellationToken cancellationToken)
    {
        Use(cancellationToken);
        return Stretches(range, part, cancellationToken).ToAsyncEnumerable();
    }

    public ValueTask<IReadOnlyList<SeriesKey>> ReadSeriesAsync(string model, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        var series = open.Names.FindModel(model) is not { } id ? [] : open["""
            SELECT version, baseline, segment FROM series s WHERE model=$1
            AND (EXISTS (SELECT 1 FROM delta WHERE series=s.id) OR EXISTS (SELECT 1 FROM stretch WHERE series=s.id))
            """].All(row => new SeriesKey(model, row.GetString(0), row.GetString(1), row.GetString(2)), id);
        series.Sort(SeriesKeyComparer.Ordinal);
        return List(series);
    }

    public ValueTask<(long First, long Last)?> ReadBoundsAsync(string model, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        if (open.Names.FindModel(model) is not { } id)
            return ValueTask.FromResult<(long, long)?>(null);
        // One seek for each end of each series and level: min and max over a whole model would read all its keys.
        var bounds = open["""
            SELECT min(first), max(last) FROM (
                SELECT (SELECT min(start) FROM delta WHERE series=s.id) AS first,
                       (SELECT max(start) FROM delta WHERE series=s.id) AS last FROM series s WHERE s.model=$1
                UNION ALL
                SELECT (SELECT min(start) FROM stretch WHERE series=s.id AND level=l.level),
                       (SELECT max(start) FROM stretch WHERE series=s.id AND level=l.level)
                FROM series s CROSS JOIN (SELECT 1 AS level UNION ALL SELECT 2 UNION ALL SELECT 3) l WHERE s.model=$1)
            """].All<(long, long)?>(static row => row.IsDBNull(0) ? null : (row.GetInt64(0), row.GetInt64(1)), id);
        return ValueTask.FromResult(bounds[0]);
    }

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(string key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Use(cancellationToken)["SELECT body_hash, received, reply FROM delivery WHERE key=$1"]
            .First(row => new DeliveryRecord(key, JoinRowCodec.Id(row.GetFieldValue<byte[]>(0)), row.GetInt64(1), row.GetString(2)), key));

    public ValueTask<IReadOnlyList<EvaluationRecord>> ReadEvaluationsAsync(string model, string? window, long from, long to, int limit, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        return List(open.Names.FindModel(model) is not { } id ? [] : open["""
            SELECT version, window_name, end_at, segment, payload FROM evaluation
            WHERE model=$1 AND end_at>=$2 AND end_at<$3 AND ($4 IS NULL OR window_name=$4)
            ORDER BY end_at DESC, version, window_name, segment LIMIT $5
            """].All(row => new EvaluationRecord(model, row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetString(4)), id, from, to, window, limit));
    }

    public ValueTask<IReadOnlyList<EvaluationRecord>> ReadEvaluationsAsync(EvaluationSeries series, long from, long to, int limit, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        // The key's index holds all that is compared, so a payload is read only where it is given out.
        return List(open.Names.FindModel(series.Model) is not { } id ? [] : open["""
            SELECT end_at, payload FROM evaluation
            WHERE model=$1 AND end_at>=$2 AND end_at<$3 AND version=$4 AND window_name=$5 AND segment=$6
            ORDER BY end_at DESC LIMIT $7
            """].All(row => new EvaluationRecord(series.Model, series.Version, series.Window, row.GetInt64(0), series.Segment, row.GetString(1)), id, from, to, series.Version, series.Window, series.Segment, limit));
    }

    public ValueTask<IReadOnlyList<RuleStateRecord>> ReadRuleStatesAsync(string model, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        return List(open.Names.FindModel(model) is not { } id ? [] : open["SELECT rule, version, payload FROM rule_state WHERE model=$1 ORDER BY rule, version"]
            .All(row => new RuleStateRecord(model, row.GetString(0), row.GetString(1), row.GetString(2)), id));
    }

    public ValueTask<IReadOnlyList<OutboxRecord>> ReadOutboxAsync(string? model, OutboxStatus? status, int limit, CancellationToken cancellationToken) =>
        List(Use(cancellationToken)["""
            SELECT o.key, m.name, o.action, o.rule, o.payload, o.created, o.status, o.attempts, o.due, o.error
            FROM outbox o JOIN model m ON m.id=o.model
            WHERE ($1 IS NULL OR m.name=$1) AND ($2 IS NULL OR o.status=$2) ORDER BY o.created DESC, o.key LIMIT $3
            """].All(Message, model, (int?)status, limit));

    public ValueTask<IReadOnlyList<OutboxRecord>> ReadDueOutboxAsync(long now, int limit, CancellationToken cancellationToken) =>
        List(Use(cancellationToken)["""
            SELECT o.key, m.name, o.action, o.rule, o.payload, o.created, o.status, o.attempts, o.due, o.error
            FROM outbox o JOIN model m ON m.id=o.model
            WHERE o.status=0 AND o.due<=$1 ORDER BY o.created, o.key LIMIT $2
            """].All(Message, now, limit));

    public ValueTask<IReadOnlyList<VersionRecord>> ReadVersionsAsync(string model, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        return List(open.Names.FindModel(model) is not { } id ? [] : open["SELECT version, baseline, model_sha256, role, since FROM version WHERE model=$1 ORDER BY since, version"]
            .All(row => new VersionRecord(model, row.GetString(0), row.GetString(1), row.GetString(2), (VersionRole)row.GetInt32(3), row.GetInt64(4)), id));
    }

    public ValueTask<IReadOnlyList<AuditRecord>> ReadAuditAsync(string model, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        return List(open.Names.FindModel(model) is not { } id ? [] : open["SELECT at, actor, what, evidence FROM audit WHERE model=$1 ORDER BY at, id"]
            .All(row => new AuditRecord(row.GetInt64(0), model, row.GetString(1), row.GetString(2), row.GetString(3)), id));
    }

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadLearningAsync(string model, string version, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        return ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>(open["SELECT body FROM learning WHERE model=(SELECT id FROM model WHERE name=$1) AND version=$2 ORDER BY id"]
            .All(rows => (ReadOnlyMemory<byte>)rows.GetFieldValue<byte[]>(0), model, version));
    }

    public ValueTask<IReadOnlyList<JoinRow?>> ReadJoinRowsAsync(string model, IReadOnlyList<UInt128> ids, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        var rows = new JoinRow?[ids.Count];
        if (open.Names.FindModel(model) is { } number)
        {
            var find = open["SELECT time, label, label_time, touched, scores FROM join_row WHERE model=$1 AND id=$2"];
            for (var i = 0; i < rows.Length; i++)
            {
                var id = ids[i];
                rows[i] = find.First(row => JoinRowCodec.Read(row, id, open.Names), number, JoinRowCodec.Bytes(id));
            }
        }

        return ValueTask.FromResult<IReadOnlyList<JoinRow?>>(rows);
    }

    public ValueTask<IReadOnlyList<DocumentRecord>> ReadDocumentsAsync(string model, string kind, int limit, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        return List(open.Names.FindModel(model) is not { } id ? [] : open["SELECT key, at, payload FROM document WHERE model=$1 AND kind=$2 ORDER BY at DESC, key LIMIT $3"]
            .All(row => new DocumentRecord(model, kind, row.GetString(0), row.GetInt64(1), row.GetString(2)), id, kind, limit));
    }

    public async IAsyncEnumerable<CapturedRecord> ReadCapturedAsync(string model, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        var (day, last) = (from, long.MinValue);
        while (true)
        {
            var open = Use(cancellationToken);
            if (open.Names.FindModel(model) is not { } id) yield break;
            var chunk = open["SELECT id, day, body FROM captured WHERE model=$1 AND day<$2 AND (day,id)>($3,$4) ORDER BY day, id LIMIT $5"]
                .All(row => (Id: row.GetInt64(0), Captured: new CapturedRecord(model, row.GetInt64(1), row.GetFieldValue<byte[]>(2))), id, to, day, last, Chunk);
            foreach (var (_, captured) in chunk)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return captured;
            }

            if (chunk.Count < Chunk) yield break;
            (day, last) = (chunk[^1].Captured.Day, chunk[^1].Id);
        }
    }

    public ValueTask<long?> ReadMarkAsync(string name, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Use(cancellationToken)["SELECT value FROM mark WHERE name=$1"].Number(name));

    public abstract ValueTask DisposeAsync();

    /// <summary>The session, if it may be used now.</summary>
    protected SqliteSession Use(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfOver();
        return session.Broken ? throw new InvalidOperationException($"An earlier call on the state file '{session.Path}' failed, so this transaction is over.") : session;
    }

    protected abstract void ThrowIfOver();

    private static ValueTask<IReadOnlyList<T>> List<T>(List<T> list) => ValueTask.FromResult<IReadOnlyList<T>>(list);

    private static OutboxRecord Message(SqliteDataReader row) => new()
    {
        Key = row.GetString(0),
        Model = row.GetString(1),
        Action = row.GetString(2),
        Rule = row.GetString(3),
        Payload = row.GetString(4),
        CreatedAt = row.GetInt64(5),
        Status = (OutboxStatus)row.GetInt32(6),
        Attempts = row.GetInt32(7),
        DueAt = row.GetInt64(8),
        Error = row.IsDBNull(9) ? null : row.GetString(9),
    };

    private IEnumerable<StoredState> Stretches(StateRange range, StatePart part, CancellationToken cancellationToken)
    {
        var delta = range.Level == StateLevel.Delta;
        var query = (delta, part) switch
        {
            (true, StatePart.Sums) => "SELECT id, start, sums FROM delta WHERE series=$1 AND start<$2 AND (start,id)>=($3,$4) ORDER BY start, id LIMIT $5",
            (true, _) => "SELECT id, start, distinct_scores FROM delta WHERE series=$1 AND start<$2 AND (start,id)>=($3,$4) ORDER BY start, id LIMIT $5",
            (false, StatePart.Sums) => "SELECT 0, start, sums FROM stretch WHERE series=$1 AND start<$2 AND start>=$3 AND level=$4 ORDER BY start LIMIT $5",
            (false, _) => """
                SELECT 0, s.start, d.scores FROM stretch s LEFT JOIN stretch_distinct d ON d.series=s.series AND d.level=s.level AND d.start=s.start
                WHERE s.series=$1 AND s.start<$2 AND s.start>=$3 AND s.level=$4 ORDER BY s.start LIMIT $5
                """,
        };
        var (from, id) = (range.From, long.MinValue);
        while (true)
        {
            var open = Use(cancellationToken);
            if (open.Names.FindSeries(range.Series) is not { } series)
                yield break;
            var chunk = open[query].All(row => Stretch(row, range.Series, part), series, range.To, from, delta ? id : (long)range.Level, Chunk);
            foreach (var stretch in chunk)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return stretch;
            }

            if (chunk.Count < Chunk || chunk[^1].Start == long.MaxValue)
                yield break;
            // Deltas of one pane share a start, so the next query begins behind the last id; a summed start is there once.
            (from, id) = delta ? (chunk[^1].Start, chunk[^1].Id + 1) : (chunk[^1].Start + 1, 0);
        }
    }

    private static StoredState Stretch(SqliteDataReader row, SeriesKey series, StatePart part)
    {
        var blob = row.IsDBNull(2) ? [] : row.GetFieldValue<byte[]>(2);
        return part == StatePart.Sums
            ? new StoredState(row.GetInt64(0), series, row.GetInt64(1), blob, default)
            : new StoredState(row.GetInt64(0), series, row.GetInt64(1), default, blob);
    }
}
