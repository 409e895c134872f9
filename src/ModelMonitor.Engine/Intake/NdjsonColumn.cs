using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Intake;

/// <summary>What a property is read as.</summary>
internal enum NdjsonKind
{
    Number,
    Category,

    /// <summary>A class out of 1 and 0, which JSON may write as true and false.</summary>
    BitLabel,
    Id,
    Time,
    Other,
}

/// <summary>The values of one property: those of the current chunk in a builder, those of earlier chunks as arrays.</summary>
internal sealed class NdjsonColumn(string name, NdjsonKind kind)
{
    private static readonly TimestampType Micros = new(TimeUnit.Microsecond, "UTC");
    private static readonly ArrowBuffer Zeros = new(new byte[8 * (NdjsonReader.RowsPerBatch + 1)]);

    private readonly Dictionary<int, IArrowArray> _chunks = [];
    private readonly DoubleArray.Builder _numbers = new();
    private readonly TimestampArray.Builder _times = new(Micros);
    private readonly StringArray.Builder _texts = new();
    private int _rows;

    public string Name => name;

    public IArrowType Type => kind switch
    {
        NdjsonKind.Number => DoubleType.Default,
        NdjsonKind.Time => Micros,
        _ => StringType.Default,
    };

    /// <summary>True once a row of any chunk has the property.</summary>
    public bool Seen => Touched || _chunks.Count > 0;

    /// <summary>True once a row of the current chunk has it.</summary>
    public bool Touched => _rows > 0;

    /// <param name="row">Within the chunk.</param>
    /// <param name="json">On the value; left on its last token.</param>
    /// <param name="line">The line that the reader reads.</param>
    public void Append(int row, ref Utf8JsonReader json, ReadOnlySpan<byte> line)
    {
        if (_rows > row)
        {
            throw new NdjsonFault("comes twice", malformed: true);
        }

        FillNulls(row);
        if (json.TokenType == JsonTokenType.Null)
        {
            FillNulls(row + 1);
            return;
        }

        switch (kind)
        {
            case NdjsonKind.Number: _numbers.Append(NdjsonValue.Number(ref json)); break;
            case NdjsonKind.Time: _times.Append(NdjsonValue.Time(ref json)); break;
            case NdjsonKind.BitLabel: _texts.Append(NdjsonValue.BitLabel(ref json)); break;
            case NdjsonKind.Category: _texts.Append(NdjsonValue.Category(ref json)); break;
            case NdjsonKind.Id: _texts.Append(NdjsonValue.Id(ref json)); break;
            default: _texts.Append(NdjsonValue.Any(ref json, line)); break;
        }

        _rows++;
    }

    public void EndChunk(int chunk, int rows)
    {
        if (!Touched)
        {
            return;
        }

        FillNulls(rows);
        _rows = 0;
        _chunks[chunk] = kind switch
        {
            NdjsonKind.Number => _numbers.Build(),
            NdjsonKind.Time => _times.Build(),
            _ => _texts.Build(),
        };
        _numbers.Clear();
        _times.Clear();
        _texts.Clear();
    }

    /// <summary>The values of a finished chunk. Chunks without the property share their zeros, all null.</summary>
    public IArrowArray Chunk(int chunk, int rows) => _chunks.TryGetValue(chunk, out IArrowArray? array)
        ? array
        : ArrowArrayFactory.BuildArray(new ArrayData(
            Type, rows, rows, 0, Type is StringType ? [Zeros, Zeros, ArrowBuffer.Empty] : new[] { Zeros, Zeros }));

    private void FillNulls(int until)
    {
        for (; _rows < until; _rows++)
        {
            switch (kind)
            {
                case NdjsonKind.Number: _numbers.AppendNull(); break;
                case NdjsonKind.Time: _times.AppendNull(); break;
                default: _texts.AppendNull(); break;
            }
        }
    }
}
