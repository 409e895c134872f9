using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;

namespace ModelMonitor.Engine.Intake;

/// <summary>The record batches of one guarded Arrow body. Not safe for concurrent calls.</summary>
/// <remarks>
/// Batches point into the body where it is not compressed: the body must not change while one is in use. Whoever takes a batch
/// disposes it.
/// </remarks>
public sealed class ArrowBatches : IDisposable
{
    private readonly ArrowStreamReader _reader;
    private int _read;

    private ArrowBatches(ReadOnlyMemory<byte> stream, ArrowLimits limits)
    {
        ArrowGuard.Check(stream.Span, limits);
        _reader = new ArrowStreamReader(stream, new CompressionCodecFactory());
        Schema = Guarded("the schema", () => _reader.Schema);
    }

    public Schema Schema { get; }

    /// <summary>Opens an Arrow IPC stream, plain or with LZ4 or ZSTD buffers.</summary>
    /// <exception cref="IntakeException">Malformed.</exception>
    public static ArrowBatches Open(ReadOnlyMemory<byte> stream, ArrowLimits limits) => new(stream, limits);

    /// <summary>Opens what a file holds: an Arrow IPC file (Feather 2) or stream, told apart by its first bytes.</summary>
    /// <exception cref="IntakeException">Malformed.</exception>
    public static ArrowBatches OpenFile(ReadOnlyMemory<byte> content, ArrowLimits limits) => new(ArrowFile.StreamOf(content), limits);

    /// <inheritdoc cref="OpenFile(ReadOnlyMemory{byte}, ArrowLimits)"/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ArrowBatches OpenFile(string path)
    {
        try
        {
            return OpenFile(ArrowFile.Load(path), ArrowLimits.File);
        }
        catch (IntakeException e)
        {
            throw new IntakeException($"{path}: {e.Message}", e.Malformed, e);
        }
    }

    /// <summary>The next batch, or null after the last.</summary>
    /// <exception cref="IntakeException">Malformed; names the batch, counted from 1.</exception>
    public RecordBatch? Next()
    {
        RecordBatch? batch = Guarded($"batch {_read + 1}", ReadNext);
        _read++;
        return batch;
    }

    /// <summary>The batches that are left.</summary>
    public IEnumerable<RecordBatch> ReadAll()
    {
        while (Next() is { } batch)
        {
            yield return batch;
        }
    }

    public void Dispose() => _reader.Dispose();

    private RecordBatch? ReadNext() => _reader.ReadNextRecordBatch() is { } batch ? SharedDictionaries.Hold(batch) : null;

    // The library throws whatever the code that met the fault happens to throw, bare Exception included.
    private static T Guarded<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not IntakeException)
        {
            throw new IntakeException($"{what} cannot be read: {e.Message}", malformed: true, e);
        }
    }
}
