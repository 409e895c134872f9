using Apache.Arrow;
using ModelMonitor.Engine.Intake;
using Parquet;

namespace ModelMonitor.Host.Files;

/// <summary>
/// A Parquet file as Arrow record batches: one row group is read at a time and given out in parts of at most
/// <see cref="MostRows"/> rows, so memory is bounded by the largest row group.
/// </summary>
/// <remarks>Columns of lists, maps and structs come as all-null columns of a nested type: they are ignored, unless somebody needs one, who then says so.</remarks>
internal sealed class ParquetBatches : IBatchFile
{
    public const int MostRows = 65_536;

    private static readonly ParquetOptions s_options = new()
    {
        // Exact, whatever the precision: rounded to float64 once, as Arrow's decimals are.
        UseBigDecimal = true,
        TreatByteArrayAsString = false,
        UseDateOnlyTypeForDates = false,
    };

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly ParquetReader _reader;
    private readonly ParquetColumn[] _columns;
    private readonly Schema _schema;
    private Queue<RecordBatch> _ready = new();
    private int _group;

    private ParquetBatches(string path, FileStream stream, ParquetReader reader)
    {
        (_path, _stream, _reader) = (path, stream, reader);
        ParquetGuard.Check(reader, stream.Length);
        _columns = [.. reader.Schema.Fields.Select(ParquetColumn.Of)];
        _schema = new Schema([.. _columns.Select(c => c.Field)], null);
    }

    public long? Rows => _reader.Metadata?.RowGroups.Sum(g => g.NumRows);

    /// <exception cref="IntakeException">No sound Parquet file.</exception>
    public static ParquetBatches Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            ParquetGuard.CheckFrame(stream);
            return Guarded("the footer", () => new ParquetBatches(path, stream, Finish(ParquetReader.CreateAsync(stream, s_options, leaveStreamOpen: true))));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public RecordBatch? Next() => DataFile.Naming(_path, () =>
    {
        while (_ready.Count == 0 && _group < _reader.RowGroupCount) _ready = new(Read(_group++));
        return _ready.Count == 0 ? null : _ready.Dequeue();
    });

    public void Dispose()
    {
        Finish(_reader.DisposeAsync().AsTask());
        _stream.Dispose();
    }

    private IEnumerable<RecordBatch> Read(int group)
    {
        var place = $"row group {group + 1}";
        var reader = Guarded(place, () => _reader.OpenRowGroupReader(group));
        // The guard refused what no array can hold.
        var rows = (int)reader.RowCount;
        var parts = (rows + MostRows - 1) / MostRows;
        var arrays = _columns.Select(c => Guarded($"{place}, column '{c.Field.Name}'", () => c.Read(reader, rows))).ToArray();
        for (var part = 0; part < parts; part++)
        {
            var at = part;
            yield return new RecordBatch(_schema, arrays.Select(a => a[at]), Math.Min(MostRows, rows - (part * MostRows)));
        }
    }

    /// <summary>Files are local and read without asynchronous I/O: what the library calls a task is done when it comes back.</summary>
    internal static T Finish<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Finish(Task task) => task.GetAwaiter().GetResult();

    /// <summary>The library throws whatever the code that met the fault happens to throw; running out of memory on a claimed length too.</summary>
    private static T Guarded<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (IntakeException or UnauthorizedAccessException or FileNotFoundException))
        {
            throw new IntakeException($"{place} cannot be read: {e.Message.ReplaceLineEndings(" ")}", malformed: true, e);
        }
    }
}
