using Apache.Arrow;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Host.Files;

/// <summary>Opens a data file by what it holds, not by what it is called: Parquet, or an Arrow IPC file or stream.</summary>
internal static class DataFile
{
    /// <exception cref="IntakeException">It is neither, cut off, or corrupt; the message names the file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IBatchFile Open(string path) => Naming(path, () =>
    {
        var head = HeadOf(path);
        if (IsParquet(head)) return ParquetBatches.Open(path);
        if (IsText(head)) throw new IntakeException($"{path}: text, as a CSV file is; data files are Arrow IPC or Parquet (Python: pyarrow.parquet.write_table(pyarrow.csv.read_csv(\"a.csv\"), \"a.parquet\"))", malformed: true);
        return (IBatchFile)new ArrowDataFile(path);
    });

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

    private static byte[] HeadOf(string path)
    {
        using var stream = File.OpenRead(path);
        var head = new byte[256];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    private static bool IsParquet(ReadOnlySpan<byte> head) => head.Length >= 4 && (head[..4].SequenceEqual("PAR1"u8) || head[..4].SequenceEqual("PARE"u8));

    /// <summary>No byte of it is one that text has not; Arrow's messages begin with four of 255, or with a length that has zeros.</summary>
    private static bool IsText(ReadOnlySpan<byte> head) => head.Length > 0 && !head.StartsWith("ARROW1"u8) && !head.ContainsAnyInRange((byte)0, (byte)8) && !head.ContainsAnyInRange((byte)14, (byte)31) && !head.ContainsAnyInRange((byte)248, (byte)255);

    private sealed class ArrowDataFile(string path) : IBatchFile
    {
        private readonly ArrowBatches _batches = ArrowBatches.OpenFile(path);

        public long? Rows => null;

        public RecordBatch? Next() => Naming(path, _batches.Next);

        public void Dispose() => _batches.Dispose();
    }
}
