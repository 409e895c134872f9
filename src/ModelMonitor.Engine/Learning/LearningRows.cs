using Apache.Arrow;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Learning;

/// <summary>Keeps rows of a learning model in the store, bounded: beyond the limit every second one goes, by hash of its id.</summary>
internal static class LearningRows
{
    /// <summary>Adds the rows of a delivery, in its transaction.</summary>
    public static async ValueTask KeepAsync(CommitScope scope, MonitoredModel model, IngestOptions limits, IReadOnlyList<LearningBatch> batches, CancellationToken cancellationToken)
    {
        var marks = await LearningMarks.ReadAsync(scope.Transaction, model, cancellationToken).ConfigureAwait(false);
        foreach (var batch in batches)
        {
            if (batch.Rows.Length == 0) continue;
            var kept = batch.Sample(model.Options.Columns, marks.Share);
            marks = marks with
            {
                First = Math.Min(marks.First ?? long.MaxValue, batch.Times.Min()),
                Newest = Math.Max(marks.Newest ?? long.MinValue, batch.Times.Max()),
                Seen = marks.Seen + batch.Rows.Length,
            };
            if (kept.Rows.Length == 0) continue;
            var body = kept.Write();
            marks = marks with { Kept = marks.Kept + kept.Rows.Length, Bytes = marks.Bytes + body.Length };
            await scope.Transaction.AppendLearningAsync(model.Name, model.Baseline.Version, body, cancellationToken).ConfigureAwait(false);
            while (marks.Kept > limits.MaxLearningRows || marks.Bytes > limits.MaxLearningBytes)
                marks = await HalveAsync(scope.Transaction, model, marks, cancellationToken).ConfigureAwait(false);
        }

        await marks.WriteAsync(scope.Transaction, model, cancellationToken).ConfigureAwait(false);
    }

    public static async ValueTask<List<LearningBatch>> ReadAsync(IStateReader reader, MonitoredModel model, CancellationToken cancellationToken) =>
        [.. (await reader.ReadLearningAsync(model.Name, model.Baseline.Version, cancellationToken).ConfigureAwait(false)).Select(LearningBatch.Read)];

    /// <summary>Columns that somebody may need: nested ones and bytes would only take room.</summary>
    public static RecordBatch Readable(RecordBatch batch)
    {
        var fields = batch.Schema.FieldsList;
        var columns = Enumerable.Range(0, fields.Count).Where(i => BatchDecoder.KindOf(fields[i].DataType) is not null || fields[i].DataType.TypeId == Apache.Arrow.Types.ArrowTypeId.Null).ToArray();
        return columns.Length == fields.Count ? batch : new RecordBatch(new Schema([.. columns.Select(i => fields[i])], null), columns.Select(batch.Column), batch.Length);
    }

    private static async ValueTask<LearningMarks> HalveAsync(IStateTransaction transaction, MonitoredModel model, LearningMarks marks, CancellationToken cancellationToken)
    {
        var halved = marks with { Halvings = marks.Halvings + 1, Kept = 0, Bytes = 0 };
        var all = await transaction.ReadLearningAsync(model.Name, model.Baseline.Version, cancellationToken).ConfigureAwait(false);
        await transaction.DeleteLearningAsync(model.Name, cancellationToken).ConfigureAwait(false);
        foreach (var bytes in all)
        {
            var kept = LearningBatch.Read(bytes).Sample(model.Options.Columns, halved.Share);
            if (kept.Rows.Length == 0) continue;
            var body = kept.Write();
            halved = halved with { Kept = halved.Kept + kept.Rows.Length, Bytes = halved.Bytes + body.Length };
            await transaction.AppendLearningAsync(model.Name, model.Baseline.Version, body, cancellationToken).ConfigureAwait(false);
        }

        return halved;
    }
}
