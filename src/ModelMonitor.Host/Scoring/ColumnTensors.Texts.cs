using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>String tensors.</summary>
internal static partial class ColumnTensors
{
    private static void Texts(OrtValue tensor, in Tile tile, ReadOnlySpan<IArrowArray> columns)
    {
        if (tile.Input.Constant is { } constant)
        {
            for (var i = 0; i < tile.Rows * tile.Width; i++) tensor.StringTensorSetElementAt(constant.Text, i);
            return;
        }

        for (var i = columns.Length == 0 ? 0 : tile.Count * tile.Width; i < tile.Rows * tile.Width; i++) tensor.StringTensorSetElementAt(ReadOnlySpan<byte>.Empty, i);
        var place = 0;
        for (var c = 0; c < columns.Length; c++)
        {
            var cells = ColumnCells.Of(columns[c], tile.Widths[c]);
            for (var row = 0; row < tile.Count; row++)
            {
                var first = cells.First(tile.Start + row);
                for (var i = 0; i < cells.Width; i++) Put(tensor, (row * tile.Width) + place + i, cells, tile, c, row, first < 0 ? first : first + i);
            }

            place += tile.Widths[c];
        }
    }

    private static void Put(OrtValue tensor, int place, in ColumnCells cells, in Tile tile, int column, int row, int index)
    {
        var isNull = true;
        var text = index < 0 ? default : Text(cells, tile.Input, column, index, out isNull);
        if (isNull && index != -2 && tile.Input.Defaults[column] is { } stand)
        {
            tensor.StringTensorSetElementAt(stand.Text, place);
            return;
        }

        if (index == -2) MarkLength(cells, tile, column, row);
        else if (isNull) MarkNull(tile, column, row);
        tensor.StringTensorSetElementAt(isNull ? default : text, place);
    }

    private static ReadOnlySpan<byte> Text(in ColumnCells cells, InputPlan input, int column, int index, out bool isNull)
    {
        if (cells.Values is not DictionaryArray coded) return Text(cells.Values, cells, input, column, index, out isNull);
        isNull = coded.Indices.IsNull(index);
        if (isNull) return default;
        var code = Code(coded.Indices, index, cells, input, column);
        if ((ulong)code >= (ulong)coded.Dictionary.Length)
            throw new ScoringException($"column '{input.Columns[column]}': code {code} is not in its dictionary of {coded.Dictionary.Length}");
        return Text(coded.Dictionary, cells, input, column, (int)code, out isNull);
    }

    private static long Code(IArrowArray indices, int index, in ColumnCells cells, InputPlan input, int column) => indices switch
    {
        Int8Array a => a.Values[index],
        Int16Array a => a.Values[index],
        Int32Array a => a.Values[index],
        Int64Array a => a.Values[index],
        UInt8Array a => a.Values[index],
        UInt16Array a => a.Values[index],
        UInt32Array a => a.Values[index],
        UInt64Array a => (long)Math.Min(a.Values[index], long.MaxValue),
        _ => throw WrongType(input, column, cells, "text, or a dictionary of text"),
    };

    private static ReadOnlySpan<byte> Text(IArrowArray array, in ColumnCells cells, InputPlan input, int column, int index, out bool isNull)
    {
        isNull = array.IsNull(index);
        switch (array)
        {
            case NullArray:
                isNull = true;
                return default;
            case StringArray or LargeStringArray or StringViewArray when isNull: return default;
            case StringArray a: return a.GetBytes(index, out isNull);
            case LargeStringArray a: return a.GetBytes(index, out isNull);
            case StringViewArray a: return a.GetBytes(index, out isNull);
            default: throw WrongType(input, column, cells, "text, or a dictionary of text");
        }
    }
}
