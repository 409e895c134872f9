using Apache.Arrow;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Host.Files;

/// <summary>Opens a data file by what it holds, not by what it is called: Parquet, or an Arrow IPC file or stream.</summary>
internal static class DataFile
{
    /// <exception cref="IntakeException">It is neither, cut off, or corrupt; the message names the file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IBatchFile Open(string path) => Naming(path, () => IsParquet(path) ? ParquetBatches.Open(path) : (IBatchFile)new ArrowDataFile(path));

    /// <summary>Every batch of a file; the file is closed after the last.</summary>
    public static IEnumerable<RecordBatch> ReadAll(string path)
    {
        using var file = Open(path);
        while (file.Next() is { } batch) yield return batch;
    }

    /// <summary>Puts the file's name before what is wrong with it.</summary>
    internal static T Naming<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (IntakeException e) when (!e.Message.StartsWith(path + ": ", StringComparison.Ordinal))
        {
            throw new IntakeException($"{path}: {e.Message}", e.Malformed, e);
        }
    }

    private static bool IsParquet(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> head = stackalloc byte[4];
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && (head.SequenceEqual("PAR1"u8) || head.SequenceEqual("PARE"u8));
    }

    private sealed class ArrowDataFile(string path) : IBatchFile
    {
        private readonly ArrowBatches _batches = ArrowBatches.OpenFile(path);

        public long? Rows => null;

        public RecordBatch? Next() => Naming(path, _batches.Next);

        public void Dispose() => _batches.Dispose();
    }
}
