using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using ArrowField = Apache.Arrow.Field;

namespace ModelMonitor.Host.Files;

/// <summary>A column of which each row has one value or none: reads a row group's values and places them at their rows.</summary>
internal abstract class ValueColumn<T>(DataField field, IArrowType type) : ParquetColumn(new ArrowField(field.Name, type, field.IsNullable))
    where T : struct
{
    public sealed override IArrowArray[] Read(ParquetRowGroupReader group, int rows)
    {
        using var raw = ParquetBatches.Finish(group.ReadRawColumnDataBaseAsync(field).AsTask());
        if (raw is not RawColumnData<T> typed) throw new IntakeException($"it holds {raw.GetType().GenericTypeArguments.FirstOrDefault()?.Name}, expected {typeof(T).Name}", malformed: true);
        var values = typed.Values;
        var levels = field.MaxDefinitionLevel == 0 ? default : raw.DefinitionLevels;
        var need = levels.IsEmpty ? rows : levels[..Math.Min(rows, levels.Length)].Count(field.MaxDefinitionLevel);
        if (values.Length < need || (field.MaxDefinitionLevel > 0 && levels.Length < rows))
            throw new IntakeException($"{values.Length} values for {rows} rows", malformed: true);
        var parts = new IArrowArray[(rows + ParquetBatches.MostRows - 1) / ParquetBatches.MostRows];
        var next = 0;
        for (var part = 0; part < parts.Length; part++)
        {
            var start = part * ParquetBatches.MostRows;
            var length = Math.Min(ParquetBatches.MostRows, rows - start);
            parts[part] = Part(values, levels.IsEmpty ? default : levels.Slice(start, length), length, ref next);
        }

        return parts;
    }

    /// <summary>Values lie without gaps: rows that are null have none.</summary>
    private IArrowArray Part(ReadOnlySpan<T> values, ReadOnlySpan<int> levels, int length, ref int next)
    {
        if (levels.IsEmpty)
        {
            var all = Make(values.Slice(next, length), default, length, ArrowBuffer.Empty, 0);
            next += length;
            return all;
        }

        var validity = new byte[(length + 7) / 8];
        var present = 0;
        for (var row = 0; row < length; row++)
        {
            if (levels[row] != field.MaxDefinitionLevel) continue;
            validity[row >> 3] |= (byte)(1 << (row & 7));
            present++;
        }

        var array = Make(values.Slice(next, present), validity, length, new ArrowBuffer(validity), length - present);
        next += present;
        return array;
    }

    /// <param name="values">Of the rows that have one, in order.</param>
    /// <param name="validity">A bit per row; empty: every row has a value.</param>
    protected abstract IArrowArray Make(ReadOnlySpan<T> values, ReadOnlySpan<byte> validity, int length, ArrowBuffer nulls, int nullCount);

    protected static bool Has(ReadOnlySpan<byte> validity, int row) => validity.IsEmpty || (validity[row >> 3] >> (row & 7) & 1) != 0;
}

/// <summary>Values of a fixed width.</summary>
internal sealed class FixedColumn<T, TArrow>(DataField field, IArrowType type, Func<T, TArrow> convert) : ValueColumn<T>(field, type)
    where T : struct
    where TArrow : unmanaged
{
    protected override IArrowArray Make(ReadOnlySpan<T> values, ReadOnlySpan<byte> validity, int length, ArrowBuffer nulls, int nullCount)
    {
        var into = new TArrow[length];
        var next = 0;
        for (var row = 0; row < length; row++)
        {
            if (Has(validity, row)) into[row] = convert(values[next++]);
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(Field.DataType, length, nullCount, 0, [nulls, new ArrowBuffer(MemoryMarshal.AsBytes<TArrow>(into).ToArray())]));
    }
}

/// <summary>Truth values, a bit each.</summary>
internal sealed class BoolColumn(DataField field) : ValueColumn<bool>(field, BooleanType.Default)
{
    protected override IArrowArray Make(ReadOnlySpan<bool> values, ReadOnlySpan<byte> validity, int length, ArrowBuffer nulls, int nullCount)
    {
        var into = new byte[(length + 7) / 8];
        var next = 0;
        for (var row = 0; row < length; row++)
        {
            if (Has(validity, row) && values[next++]) into[row >> 3] |= (byte)(1 << (row & 7));
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(Field.DataType, length, nullCount, 0, [nulls, new ArrowBuffer(into)]));
    }
}

/// <summary>Text as UTF-8.</summary>
internal sealed class TextColumn<T>(DataField field, Func<T, ReadOnlyMemory<char>> text) : ValueColumn<T>(field, StringType.Default)
    where T : struct
{
    protected override IArrowArray Make(ReadOnlySpan<T> values, ReadOnlySpan<byte> validity, int length, ArrowBuffer nulls, int nullCount)
    {
        var offsets = new int[length + 1];
        using var bytes = new MemoryStream();
        var buffer = new byte[256];
        var next = 0;
        for (var row = 0; row < length; row++)
        {
            if (Has(validity, row))
            {
                var value = text(values[next++]).Span;
                if (buffer.Length < Encoding.UTF8.GetMaxByteCount(value.Length)) buffer = new byte[Encoding.UTF8.GetMaxByteCount(value.Length)];
                bytes.Write(buffer, 0, Encoding.UTF8.GetBytes(value, buffer));
            }

            offsets[row + 1] = checked((int)bytes.Length);
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(Field.DataType, length, nullCount, 0, [nulls, new ArrowBuffer(MemoryMarshal.AsBytes<int>(offsets).ToArray()), new ArrowBuffer(bytes.ToArray())]));
    }
}

/// <summary>A column whose values mean nothing here: none of them is read, every row is null. Who needs it is told its type.</summary>
internal sealed class UnreadColumn(string name, IArrowType type) : ParquetColumn(new ArrowField(name, type, nullable: true))
{
    public override IArrowArray[] Read(ParquetRowGroupReader group, int rows)
    {
        var parts = new IArrowArray[(rows + ParquetBatches.MostRows - 1) / ParquetBatches.MostRows];
        for (var part = 0; part < parts.Length; part++)
        {
            var length = Math.Min(ParquetBatches.MostRows, rows - (part * ParquetBatches.MostRows));
            ArrowBuffer[] buffers = [new(new byte[(length + 7) / 8]), new(new byte[(length + 1) * sizeof(int)])];
            parts[part] = Field.DataType is ListType
                ? new ListArray(new ArrayData(Field.DataType, length, length, 0, buffers, [new NullArray(0).Data]))
                : ArrowArrayFactory.BuildArray(new ArrayData(Field.DataType, length, length, 0, [.. buffers, ArrowBuffer.Empty]));
        }

        return parts;
    }
}
