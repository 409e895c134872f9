using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Store;

/// <summary>Where predictions and labels meet. <see cref="SqliteSchema"/> tells how rows find their end.</summary>
internal sealed partial class SqliteStateTransaction
{
    private const int ExpiryChunk = 512;

    public ValueTask WriteJoinRowsAsync(string model, IReadOnlyList<JoinRow> rows, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        foreach (var row in rows)
        {
            // SQLite would keep it as NULL: a label that never came.
            if (row.Label is double.NaN)
                throw new ArgumentException($"The label of row {row.Id:x32} is not a number.", nameof(rows));
        }

        var number = open.Names.Model(model);
        var insert = open["INSERT INTO join_row (model, id, time, label, label_time, touched, scores) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"];
        var touch = open["UPDATE join_row SET time=$3, label=$4, label_time=$5, touched=$6, scores=$7 WHERE model=$1 AND id=$2 AND touched<=$6"];
        var enqueue = open["INSERT OR IGNORE INTO join_expiry (model, touched, id) VALUES ($1, $2, $3)"];
        var setBack = open["UPDATE join_row SET time=$3, label=$4, label_time=$5, touched=$6, scores=$7 WHERE model=$1 AND id=$2"];
        foreach (var row in rows)
        {
            var id = JoinRowCodec.Bytes(row.Id);
            ReadOnlySpan<object?> values = [number, id, row.EventTime, row.Label, row.LabelTime, row.Touched, JoinRowCodec.EncodeScores(row.Scores, open.Names)];
            var isNew = insert.Run(values) == 1;
            if (!isNew && touch.Run(values) == 1)
                continue;
            // New, or the clock was set back: the queue needs an entry as early as the row.
            enqueue.Run(number, row.Touched, id);
            if (!isNew)
                setBack.Run(values);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<(long Deleted, long Unlabelled, long Unmatched)> ExpireJoinRowsAsync(string model, long touchedBefore, int limit, CancellationToken cancellationToken)
    {
        var open = Use(cancellationToken);
        var (gone, unlabelled, unmatched) = (0L, 0L, 0L);
        if (open.Names.FindModel(model) is not { } number)
            return ValueTask.FromResult((gone, unlabelled, unmatched));

        deleted = true;
        var due = open["""
            SELECT e.touched, e.id, r.touched, r.time IS NULL, r.label IS NULL
            FROM join_expiry e LEFT JOIN join_row r ON r.model=e.model AND r.id=e.id
            WHERE e.model=$1 AND e.touched<$2 ORDER BY e.touched, e.id LIMIT $3
            """];
        var dequeue = open["DELETE FROM join_expiry WHERE model=$1 AND touched=$2 AND id=$3"];
        var requeue = open["INSERT OR IGNORE INTO join_expiry (model, touched, id) VALUES ($1, $2, $3)"];
        var delete = open["DELETE FROM join_row WHERE model=$1 AND id=$2"];
        while (gone < limit)
        {
            var entries = due.All(
                static row => (Queued: row.GetInt64(0), Id: row.GetFieldValue<byte[]>(1), Touched: row.IsDBNull(2) ? (long?)null : row.GetInt64(2), NoPrediction: row.GetBoolean(3), NoLabel: row.GetBoolean(4)),
                number, touchedBefore, (int)Math.Min(ExpiryChunk, limit - gone));
            foreach (var entry in entries)
            {
                dequeue.Run(number, entry.Queued, entry.Id);
                if (entry.Touched >= touchedBefore)
                {
                    requeue.Run(number, entry.Touched, entry.Id);
                }
                // No effect where an earlier entry of the row was its end.
                else if (entry.Touched is not null && delete.Run(number, entry.Id) == 1)
                {
                    gone++;
                    unlabelled += !entry.NoPrediction && entry.NoLabel ? 1 : 0;
                    unmatched += entry.NoPrediction && !entry.NoLabel ? 1 : 0;
                }
            }

            if (entries.Count == 0)
                break;
        }

        return ValueTask.FromResult((gone, unlabelled, unmatched));
    }
}
