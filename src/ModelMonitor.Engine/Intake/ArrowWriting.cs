using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace ModelMonitor.Engine.Intake;

/// <summary>Writes record batches.</summary>
public static class ArrowWriting
{
    /// <summary>
    /// Writes a batch and keeps it until it is written. Arrays that builders made lie in memory that their finalizer frees, and while the writer copies the last buffer
    /// nothing else holds the batch: a collection just then would free what is being read.
    /// </summary>
    public static void Write(this ArrowStreamWriter writer, RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteRecordBatch(batch);
        GC.KeepAlive(batch);
    }

    /// <inheritdoc cref="Write"/>
    public static async Task WriteAsync(this ArrowStreamWriter writer, RecordBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        await writer.WriteRecordBatchAsync(batch, cancellationToken).ConfigureAwait(false);
        GC.KeepAlive(batch);
    }
}
