using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Host.Http;

/// <summary>The scores of a delivery as an Arrow stream: `prediction_id` (utf8) and `score` (float64), a row for each that was sent, in order.</summary>
internal static class ScoresReply
{
    private static readonly Schema Schema = new(
        [new Field("prediction_id", StringType.Default, nullable: true), new Field("score", DoubleType.Default, nullable: true)], null);

    /// <param name="batches">Batches and their scores; NaN where a row has none, which becomes null.</param>
    /// <param name="idColumn">What the data call the id; without such a column every id is null.</param>
    public static async Task<byte[]> WriteAsync(IReadOnlyList<(DecodedBatch Batch, double[] Scores)> batches, string? idColumn)
    {
        ArgumentNullException.ThrowIfNull(batches);
        using var stream = new MemoryStream();
        using var writer = new ArrowStreamWriter(stream, Schema, leaveOpen: true);
        await writer.WriteStartAsync().ConfigureAwait(false);
        foreach (var (batch, scores) in batches)
        {
            using var reply = Reply(batch, scores, idColumn);
            await writer.WriteRecordBatchAsync(reply).ConfigureAwait(false);
        }

        await writer.WriteEndAsync().ConfigureAwait(false);
        return stream.ToArray();
    }

    private static RecordBatch Reply(DecodedBatch batch, double[] scores, string? idColumn)
    {
        var ids = new StringArray.Builder().Reserve(batch.Rows);
        var values = new DoubleArray.Builder().Reserve(batch.Rows);
        var texts = batch.Ids is null || idColumn is null ? null : ColumnReader.ReadStrings(batch.Arrow.Column(idColumn), idColumn);
        for (var row = 0; row < batch.Rows; row++)
        {
            if (texts?[row] is { } text) ids.Append(text);
            else ids.AppendNull();
            if (double.IsNaN(scores[row])) values.AppendNull();
            else values.Append(scores[row]);
        }

        return new RecordBatch(Schema, [ids.Build(), values.Build()], batch.Rows);
    }
}
