using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Intake;

/// <summary>Picks rows of columns that a model's input can be filled from: numbers, truth values, text.</summary>
internal static class ArrowTake
{
    /// <summary>One array of the picked rows, in their order; null where the type fills no input. Dictionaries of text come back as plain text.</summary>
    /// <param name="parts">The column of each batch, all of one type.</param>
    /// <exception cref="IntakeException">Malformed: a buffer is shorter than its array needs.</exception>
    public static IArrowArray? Rows(IReadOnlyList<IArrowArray> parts, IReadOnlyList<(int Part, int Row)> rows, string column)
    {
        var type = parts[0].Data.DataType;
        return type switch
        {
            NullType => new NullArray(rows.Count),
            BooleanType => Truths(parts, rows, column),
            DictionaryType { ValueType: var value } when ArrowTypes.IsText(value) => Texts(parts, rows, column),
            _ when ArrowTypes.IsText(type) => Texts(parts, rows, column),
            FixedWidthType fixedWidth when ArrowTypes.IsInteger(type) || ArrowTypes.IsFloat(type) => Fixed(parts, rows, column, fixedWidth),
            _ => null,
        };
    }

    private static BooleanArray Truths(IReadOnlyList<IArrowArray> parts, IReadOnlyList<(int Part, int Row)> rows, string column)
    {
        var builder = new BooleanArray.Builder().Reserve(rows.Count);
        foreach (var (part, row) in rows)
        {
            var cells = new ArrowCells(parts[part].Data, column);
            if (cells.IsNull(row)) builder.AppendNull();
            else builder.Append(cells.Bit(row));
        }

        return builder.Build();
    }

    /// <summary>The very text: what a category is called elsewhere is not what the model gets.</summary>
    private static StringArray Texts(IReadOnlyList<IArrowArray> parts, IReadOnlyList<(int Part, int Row)> rows, string column)
    {
        var builder = new StringArray.Builder().Reserve(rows.Count);
        foreach (var (part, row) in rows)
        {
            var (texts, at) = parts[part] is DictionaryArray coded ? (coded.Dictionary, CodeOf(coded.Indices, row)) : (parts[part], row);
            if (at is not { } index)
            {
                builder.AppendNull();
                continue;
            }

            if (index < 0 || index >= texts.Length) throw new IntakeException($"column '{column}': code {index} is not in its dictionary of {texts.Length}", malformed: true);
            var cells = new ArrowCells(texts.Data, column);
            if (cells.IsNull((int)index)) builder.AppendNull();
            else builder.Append(cells.Text((int)index));
        }

        return builder.Build();
    }

    private static long? CodeOf(IArrowArray indices, int row) => indices switch
    {
        Int8Array a => a.GetValue(row),
        Int16Array a => a.GetValue(row),
        Int32Array a => a.GetValue(row),
        Int64Array a => a.GetValue(row),
        UInt8Array a => a.GetValue(row),
        UInt16Array a => a.GetValue(row),
        UInt32Array a => a.GetValue(row),
        UInt64Array a => (long?)a.GetValue(row),
        _ => null,
    };

    private static IArrowArray Fixed(IReadOnlyList<IArrowArray> parts, IReadOnlyList<(int Part, int Row)> rows, string column, FixedWidthType type)
    {
        var width = type.BitWidth / 8;
        var values = new byte[rows.Count * width];
        var validity = new byte[(rows.Count + 7) / 8];
        var nulls = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var (part, row) = rows[i];
            var cells = new ArrowCells(parts[part].Data, column);
            if (cells.IsNull(row))
            {
                nulls++;
                continue;
            }

            validity[i >> 3] |= (byte)(1 << (i & 7));
            cells.Fixed(row, width).CopyTo(values.AsSpan(i * width));
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(type, rows.Count, nulls, 0, [new ArrowBuffer(validity), new ArrowBuffer(values)]));
    }
}
