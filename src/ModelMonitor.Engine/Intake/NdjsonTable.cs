using System.Text.Json;
using Apache.Arrow;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Intake;

/// <summary>Collects rows column by column, in chunks of one batch each.</summary>
internal sealed class NdjsonTable
{
    private const int CellBytes = 8;

    private readonly ArrowLimits _limits;
    private readonly List<NdjsonColumn> _columns = [];
    private readonly Dictionary<byte[], NdjsonColumn> _byName = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], NdjsonColumn>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<int> _chunks = [];
    private int _rows;
    private long _decoded;

    public NdjsonTable(IntakeSchema schema, ArrowLimits limits)
    {
        _limits = limits;
        _lookup = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();
        ColumnNames names = schema.Columns;
        Know(names.Id, NdjsonKind.Id);
        Know(names.Time, NdjsonKind.Time);
        Know(names.Label, schema.LabelPositive?.Text switch { null => NdjsonKind.Number, "0" or "1" => NdjsonKind.BitLabel, _ => NdjsonKind.Category });
        Know(names.LabelTime, NdjsonKind.Time);
        Know(names.Score, NdjsonKind.Number);
        Know(names.Version, NdjsonKind.Category);
        foreach (IntakeFeature feature in schema.Features)
        {
            Know(feature.Name, feature.Kind == FeatureKind.Numeric ? NdjsonKind.Number : NdjsonKind.Category);
        }
    }

    public void BeginRow()
    {
        if (_rows == NdjsonReader.RowsPerBatch)
        {
            EndChunk();
        }

        _rows++;
        if (((long)_chunks.Count * NdjsonReader.RowsPerBatch) + _rows > _limits.MaxRows)
        {
            throw new NdjsonFault($"the body has more than {_limits.MaxRows} rows", malformed: true);
        }
    }

    /// <summary>The column that the reader's property names; unknown ones are made as they come.</summary>
    public NdjsonColumn Column(ref Utf8JsonReader json)
    {
        if (!json.ValueIsEscaped && _lookup.TryGetValue(json.ValueSpan, out NdjsonColumn? column))
        {
            return column;
        }

        string name = json.GetString()!;
        return Know(name, NdjsonKind.Other) is { } known ? known : throw new NdjsonFault("a property without a name", malformed: true);
    }

    /// <summary>Adds the value under the reader to the row.</summary>
    public void Append(NdjsonColumn column, ref Utf8JsonReader json, ReadOnlySpan<byte> line)
    {
        // A column costs a whole chunk from its first value on: few bytes can name many columns.
        _decoded += (column.Touched ? 0 : CellBytes * NdjsonReader.RowsPerBatch) + json.ValueSpan.Length;
        if (_decoded > _limits.MaxDecodedBytes)
        {
            throw new NdjsonFault($"decoding takes more than {_limits.MaxDecodedBytes} bytes", malformed: true);
        }

        column.Append(_rows - 1, ref json, line);
    }

    public List<RecordBatch> ToBatches()
    {
        EndChunk();
        List<NdjsonColumn> seen = _columns.FindAll(column => column.Seen);
        var schema = new Schema(seen.Select(column => new Field(column.Name, column.Type, nullable: true)), metadata: null);
        return _chunks.Select((rows, chunk) => new RecordBatch(schema, seen.Select(column => column.Chunk(chunk, rows)), rows)).ToList();
    }

    private NdjsonColumn? Know(string? name, NdjsonKind kind)
    {
        if (name is null)
        {
            return null;
        }

        byte[] key = System.Text.Encoding.UTF8.GetBytes(name);
        if (!_byName.TryGetValue(key, out NdjsonColumn? column))
        {
            if (_columns.Count == _limits.MaxFields)
            {
                throw new NdjsonFault($"the rows have more than {_limits.MaxFields} different properties", malformed: true);
            }

            _byName.Add(key, column = new NdjsonColumn(name, kind));
            _columns.Add(column);
        }

        return column;
    }

    private void EndChunk()
    {
        if (_rows == 0)
        {
            return;
        }

        foreach (NdjsonColumn column in _columns)
        {
            column.EndChunk(_chunks.Count, _rows);
        }

        _chunks.Add(_rows);
        _rows = 0;
    }
}
