using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>Fills tensors from Arrow columns.</summary>
/// <remarks>
/// Numbers and truth values fill any numeric input, text fills string inputs, lists of either as many places as they are long; nothing
/// is parsed. A null becomes the configured default, else NaN where the input's type has one; elsewhere, and where a number does not
/// fit the input's type exactly (2.5 or 300 in an int8), the row is marked as one that cannot be scored and 0 or "" is fed in its place.
/// </remarks>
internal static partial class ColumnTensors
{
    /// <summary>Overwrites the whole tensor; rows beyond <paramref name="count"/> get 0 or "".</summary>
    /// <param name="tensor">On the host, of the shape of the plan.</param>
    /// <param name="columns">One array per column of the input; empty: every row is filler.</param>
    /// <param name="width">Numbers per row.</param>
    /// <param name="start">The first row to take.</param>
    /// <param name="count">How many rows to take.</param>
    public static void Fill(
        OrtValue tensor, InputPlan input, ReadOnlySpan<IArrowArray> columns, ReadOnlySpan<int> widths, int width, int rows, int start, int count, UnscorableRows unscorable)
    {
        var tile = new Tile(input, widths, width, rows, start, count, unscorable);
        switch (input.Type)
        {
            case TensorElementType.Float: Numbers(tensor.GetTensorMutableDataAsSpan<float>(), tile, columns); break;
            case TensorElementType.Double: Numbers(tensor.GetTensorMutableDataAsSpan<double>(), tile, columns); break;
            case TensorElementType.Float16: Numbers(MemoryMarshal.Cast<Float16, Half>(tensor.GetTensorMutableDataAsSpan<Float16>()), tile, columns); break;
            case TensorElementType.Int8: Numbers(tensor.GetTensorMutableDataAsSpan<sbyte>(), tile, columns); break;
            case TensorElementType.Int16: Numbers(tensor.GetTensorMutableDataAsSpan<short>(), tile, columns); break;
            case TensorElementType.Int32: Numbers(tensor.GetTensorMutableDataAsSpan<int>(), tile, columns); break;
            case TensorElementType.Int64: Numbers(tensor.GetTensorMutableDataAsSpan<long>(), tile, columns); break;
            case TensorElementType.UInt8: Numbers(tensor.GetTensorMutableDataAsSpan<byte>(), tile, columns); break;
            case TensorElementType.UInt16: Numbers(tensor.GetTensorMutableDataAsSpan<ushort>(), tile, columns); break;
            case TensorElementType.UInt32: Numbers(tensor.GetTensorMutableDataAsSpan<uint>(), tile, columns); break;
            case TensorElementType.UInt64: Numbers(tensor.GetTensorMutableDataAsSpan<ulong>(), tile, columns); break;
            case TensorElementType.Bool: Truths(MemoryMarshal.Cast<bool, byte>(tensor.GetTensorMutableDataAsSpan<bool>()), tile, columns); break;
            case TensorElementType.String: Texts(tensor, tile, columns); break;
            default: throw new NotSupportedException($"tensor({OrtNames.Of(input.Type)})");
        }
    }

    /// <summary>How many places each column takes, in order; the sum is the width of a row.</summary>
    /// <exception cref="ScoringException">They are not as many as the input has.</exception>
    public static void Widths(InputPlan input, ReadOnlySpan<IArrowArray> columns, Span<int> widths)
    {
        var (sum, open) = (0, -1);
        for (var c = 0; c < columns.Length; c++)
        {
            widths[c] = ColumnCells.WidthOf(columns[c]);
            if (widths[c] == 0) open = open < 0 ? c : throw new ScoringException($"column '{input.Columns[open]}', '{input.Columns[c]}': input '{input.Name}' can take one column of lists without a fixed length, these are two");
            sum += widths[c];
        }

        if (open >= 0)
        {
            if (input.Width is not { } places) throw new ScoringException($"column '{input.Columns[open]}': its lists have no fixed length, and the model does not say how many numbers input '{input.Name}' takes");
            widths[open] = Math.Max(places - sum, 0);
            sum += widths[open];
        }

        var fits = input.Width is { } width ? sum == width : sum > 0 && sum % input.Shape(1, 0)[1..].Where(size => size > 0).Aggregate(1L, (product, size) => product * size) == 0;
        if (!fits) throw new ScoringException($"column {InputPlan.Quoted(input.Columns)}: input '{input.Name}' takes {input.Width?.ToString(CultureInfo.InvariantCulture) ?? "a multiple of its fixed"} numbers a row, {(columns.Length == 1 ? "it holds" : "they hold")} {sum}");
    }

    private static void Numbers<T>(Span<T> data, in Tile tile, ReadOnlySpan<IArrowArray> columns)
        where T : unmanaged, INumberBase<T>
    {
        if (tile.Input.Constant is { } constant)
        {
            data.Fill(T.CreateSaturating(constant.Number));
            return;
        }

        if (columns.Length == 0) data.Clear();
        else data[(tile.Count * tile.Width)..].Clear();
        var place = 0;
        for (var c = 0; c < columns.Length; c++)
        {
            var cells = ColumnCells.Of(columns[c], tile.Widths[c]);
            Column(cells, tile, c, data[place..], tile.Width);
            place += tile.Widths[c];
        }
    }

    private static void Truths(Span<byte> data, in Tile tile, ReadOnlySpan<IArrowArray> columns)
    {
        Numbers(data, tile, columns);
        for (var i = 0; i < tile.Count * tile.Width; i++)
        {
            if (data[i] <= 1) continue;
            tile.Unscorable.Mark(i / tile.Width, tile.ColumnAt(i % tile.Width), data[i], value => $"{value} is no truth value");
            data[i] = 0;
        }
    }

    private static void Column<T>(in ColumnCells cells, in Tile tile, int column, Span<T> to, int stride)
        where T : unmanaged, INumberBase<T>
    {
        switch (cells.Values)
        {
            case FloatArray a: Copy(a.Values, cells, tile, column, to, stride); break;
            case DoubleArray a: Copy(a.Values, cells, tile, column, to, stride); break;
            case HalfFloatArray a: Copy(a.Values, cells, tile, column, to, stride); break;
            case Int8Array a: Copy(a.Values, cells, tile, column, to, stride); break;
            case Int16Array a: Copy(a.Values, cells, tile, column, to, stride); break;
            case Int32Array a: Copy(a.Values, cells, tile, column, to, stride); break;
            case Int64Array a: Copy(a.Values, cells, tile, column, to, stride); break;
            case UInt8Array a: Copy(a.Values, cells, tile, column, to, stride); break;
            case UInt16Array a: Copy(a.Values, cells, tile, column, to, stride); break;
            case UInt32Array a: Copy(a.Values, cells, tile, column, to, stride); break;
            case UInt64Array a: Copy(a.Values, cells, tile, column, to, stride); break;
            case BooleanArray a: Copy(a, cells, tile, column, to, stride); break;
            case NullArray: AllNull(cells, tile, column, to, stride); break;
            default: throw WrongType(tile.Input, column, cells, "numbers or truth values");
        }
    }

    private static void Copy<TFrom, T>(ReadOnlySpan<TFrom> from, in ColumnCells cells, in Tile tile, int column, Span<T> to, int stride)
        where TFrom : unmanaged, INumberBase<TFrom>
        where T : unmanaged, INumberBase<T>
    {
        var hasNulls = cells.Values.NullCount != 0;
        for (var row = 0; row < tile.Count; row++)
        {
            var first = cells.First(tile.Start + row);
            for (var i = 0; i < cells.Width; i++)
            {
                ref var target = ref to[(row * stride) + i];
                // Null slots hold undefined values, so they are looked at first.
                if (first < 0 || (hasNulls && cells.Values.IsNull(first + i)))
                {
                    target = Absent<T>(cells, tile, column, row, first);
                    continue;
                }

                var value = from[first + i];
                target = T.CreateSaturating(value);
                if (HasNaN<T>() || TFrom.CreateSaturating(target) == value) continue;
                tile.Unscorable.Mark(row, tile.Input.Columns[column], (value, tile.Input), about => string.Create(CultureInfo.InvariantCulture, $"{about.value} does not fit input '{about.Input.Name}' of type {OrtNames.Of(about.Input.Type)}"));
                target = T.Zero;
            }
        }
    }

    private static void Copy<T>(BooleanArray from, in ColumnCells cells, in Tile tile, int column, Span<T> to, int stride)
        where T : unmanaged, INumberBase<T>
    {
        for (var row = 0; row < tile.Count; row++)
        {
            var first = cells.First(tile.Start + row);
            for (var i = 0; i < cells.Width; i++)
                to[(row * stride) + i] = first >= 0 && from.GetValue(first + i) is { } truth ? (truth ? T.One : T.Zero) : Absent<T>(cells, tile, column, row, first);
        }
    }

    private static void AllNull<T>(in ColumnCells cells, in Tile tile, int column, Span<T> to, int stride)
        where T : unmanaged, INumberBase<T>
    {
        for (var row = 0; row < tile.Count; row++)
            for (var i = 0; i < cells.Width; i++)
                to[(row * stride) + i] = Absent<T>(cells, tile, column, row, -1);
    }

    /// <summary>What is fed for a null, or for every element of a list of the wrong length.</summary>
    private static T Absent<T>(in ColumnCells cells, in Tile tile, int column, int row, int first)
        where T : unmanaged, INumberBase<T>
    {
        if (first == -2)
        {
            MarkLength(cells, tile, column, row);
            return T.Zero;
        }

        if (tile.Input.Defaults[column] is { } stand) return T.CreateSaturating(stand.Number);
        if (HasNaN<T>()) return T.CreateSaturating(double.NaN);
        MarkNull(tile, column, row);
        return T.Zero;
    }

    private static void MarkLength(in ColumnCells cells, in Tile tile, int column, int row) =>
        tile.Unscorable.Mark(row, tile.Input.Columns[column], (Has: cells.LengthOf(tile.Start + row), Takes: cells.Width, tile.Input),
            about => string.Create(CultureInfo.InvariantCulture, $"a list of {about.Has}, and input '{about.Input.Name}' takes {about.Takes}"));

    private static void MarkNull(in Tile tile, int column, int row) =>
        tile.Unscorable.Mark(row, tile.Input.Columns[column], tile.Input, input => $"null, and input '{input.Name}' of type {OrtNames.Of(input.Type)} has neither NaN nor a default");

    private static bool HasNaN<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half);

    private static ScoringException WrongType(InputPlan input, int column, in ColumnCells cells, string expected) =>
        new($"column '{input.Columns[column]}': input '{input.Name}' of type {OrtNames.Of(input.Type)} takes {expected}, found {(cells.IsList ? "lists of " : "")}{Describe(cells.Values)}");

    private static string Describe(IArrowArray array) =>
        array is DictionaryArray coded ? $"dictionary of {coded.Dictionary.Data.DataType.Name}" : array.Data.DataType.Name;
}
