using System.Numerics;
using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>Fills tensors from Arrow columns.</summary>
/// <remarks>
/// Numbers and truth values fill any numeric input, text fills string inputs; nothing is parsed. A null becomes NaN where the input's
/// type has one; elsewhere, and where a number does not fit the input's type exactly (2.5 or 300 in an int8), the row is marked as one
/// that cannot be scored and 0 or "" is fed in its place.
/// </remarks>
internal static class ColumnTensors
{
    public static bool Supports(TensorElementType type) => type is
        TensorElementType.Float or TensorElementType.Double or TensorElementType.String or TensorElementType.Bool or
        TensorElementType.Int8 or TensorElementType.Int16 or TensorElementType.Int32 or TensorElementType.Int64 or
        TensorElementType.UInt8 or TensorElementType.UInt16 or TensorElementType.UInt32 or TensorElementType.UInt64;

    /// <summary>A tensor that the caller disposes.</summary>
    /// <param name="columns">One array per column of the input; empty: every row is filler.</param>
    /// <param name="start">The first row to take.</param>
    /// <param name="count">How many rows to take.</param>
    /// <param name="rows">Rows of the tensor, at least <paramref name="count"/>; the rest are filled with 0 or "".</param>
    /// <param name="unscorable">Set to true for each of the rows (from 0) that cannot be scored; otherwise left as it is.</param>
    public static OrtValue Create(InputPlan input, ReadOnlySpan<IArrowArray> columns, int start, int count, int rows, Span<bool> unscorable)
    {
        long[] shape = input.Flat ? [rows] : [rows, input.Columns.Count];
        var tensor = input.Type == TensorElementType.String
            ? OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape)
            : OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, input.Type, shape);
        try
        {
            switch (input.Type)
            {
                case TensorElementType.Float: Numbers<float>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.Double: Numbers<double>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.Int8: Numbers<sbyte>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.Int16: Numbers<short>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.Int32: Numbers<int>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.Int64: Numbers<long>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.UInt8: Numbers<byte>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.UInt16: Numbers<ushort>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.UInt32: Numbers<uint>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.UInt64: Numbers<ulong>(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.Bool: Truths(tensor, input, columns, start, count, unscorable); break;
                case TensorElementType.String: Texts(tensor, input, columns, start, count, unscorable); break;
                default: throw new NotSupportedException($"tensor({OrtNames.Of(input.Type)})");
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private static void Numbers<T>(OrtValue tensor, InputPlan input, ReadOnlySpan<IArrowArray> columns, int start, int count, Span<bool> unscorable)
        where T : unmanaged, INumberBase<T>
    {
        var data = tensor.GetTensorMutableDataAsSpan<T>();
        data.Clear();
        for (var c = 0; c < columns.Length; c++)
            Column(columns[c], input, c, start, count, data[c..], columns.Length, unscorable);
    }

    private static void Truths(OrtValue tensor, InputPlan input, ReadOnlySpan<IArrowArray> columns, int start, int count, Span<bool> unscorable)
    {
        var data = tensor.GetTensorMutableDataAsSpan<bool>();
        data.Clear();
        var numbers = new byte[count];
        for (var c = 0; c < columns.Length; c++)
        {
            Column<byte>(columns[c], input, c, start, count, numbers, 1, unscorable);
            for (var row = 0; row < count; row++)
            {
                data[(row * columns.Length) + c] = numbers[row] == 1;
                unscorable[row] |= numbers[row] > 1;
            }
        }
    }

    private static void Texts(OrtValue tensor, InputPlan input, ReadOnlySpan<IArrowArray> columns, int start, int count, Span<bool> unscorable)
    {
        for (var c = 0; c < columns.Length; c++)
        {
            var (texts, indices) = columns[c] is DictionaryArray coded ? (coded.Dictionary, coded.Indices) : (columns[c], null);
            var positions = new int[count];
            if (indices is null)
                for (var row = 0; row < count; row++) positions[row] = start + row;
            else
                Column<int>(indices, input, c, start, count, positions, 1, unscorable);

            for (var row = 0; row < count; row++)
            {
                if (unscorable[row]) continue;
                if ((uint)positions[row] >= (uint)texts.Length)
                    throw new ScoringException($"column '{input.Columns[c]}': code {positions[row]} is not in its dictionary of {texts.Length}");
                var text = Text(texts, positions[row], input, c, out var isNull);
                if (isNull) unscorable[row] = true;
                else tensor.StringTensorSetElementAt(text, (row * columns.Length) + c);
            }
        }
    }

    private static ReadOnlySpan<byte> Text(IArrowArray array, int index, InputPlan input, int column, out bool isNull)
    {
        isNull = array.IsNull(index);
        return (array, isNull) switch
        {
            (NullArray, _) or (StringArray or LargeStringArray or StringViewArray, true) => Nothing(out isNull),
            (StringArray a, _) => a.GetBytes(index, out isNull),
            (LargeStringArray a, _) => a.GetBytes(index, out isNull),
            (StringViewArray a, _) => a.GetBytes(index, out isNull),
            _ => throw WrongType(input, column, array, "text, or a dictionary of text"),
        };
    }

    private static ReadOnlySpan<byte> Nothing(out bool isNull)
    {
        isNull = true;
        return default;
    }

    private static void Column<T>(
        IArrowArray array, InputPlan input, int column, int start, int count, Span<T> to, int stride, Span<bool> unscorable)
        where T : unmanaged, INumberBase<T>
    {
        switch (array)
        {
            case FloatArray a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case DoubleArray a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case HalfFloatArray a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case Int8Array a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case Int16Array a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case Int32Array a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case Int64Array a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case UInt8Array a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case UInt16Array a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case UInt32Array a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case UInt64Array a: Copy(a.Values, a, start, count, to, stride, unscorable); break;
            case BooleanArray a:
                var truths = new byte[count];
                for (var row = 0; row < count; row++) truths[row] = a.GetValue(start + row) is true ? (byte)1 : (byte)0;
                Copy(truths, a, start, count, to, stride, unscorable, first: 0);
                break;
            case NullArray a: Copy(new byte[count], a, start, count, to, stride, unscorable, first: 0, allNull: true); break;
            default: throw WrongType(input, column, array, "numbers or truth values");
        }
    }

    /// <param name="first">Where the values of row <paramref name="start"/> lie in <paramref name="from"/>; by default at that row.</param>
    private static void Copy<TFrom, T>(
        ReadOnlySpan<TFrom> from, IArrowArray array, int start, int count, Span<T> to, int stride, Span<bool> unscorable,
        int? first = null, bool allNull = false)
        where TFrom : unmanaged, INumberBase<TFrom>
        where T : unmanaged, INumberBase<T>
    {
        var hasNaN = typeof(T) == typeof(float) || typeof(T) == typeof(double);
        var hasNulls = allNull || array.NullCount != 0;
        var values = from.Slice(first ?? start, count);
        for (var row = 0; row < count; row++)
        {
            ref var target = ref to[row * stride];
            // Null slots hold undefined values, so they are looked at first.
            if (hasNulls && (allNull || array.IsNull(start + row)))
            {
                target = hasNaN ? T.CreateSaturating(double.NaN) : T.Zero;
                unscorable[row] |= !hasNaN;
                continue;
            }

            target = T.CreateSaturating(values[row]);
            if (hasNaN || TFrom.CreateSaturating(target) == values[row]) continue;
            target = T.Zero;
            unscorable[row] = true;
        }
    }

    private static ScoringException WrongType(InputPlan input, int column, IArrowArray found, string expected) =>
        new($"column '{input.Columns[column]}': input '{input.Name}' of type {OrtNames.Of(input.Type)} takes {expected}, found {Describe(found)}");

    private static string Describe(IArrowArray array) =>
        array is DictionaryArray coded ? $"dictionary of {coded.Dictionary.Data.DataType.Name}" : array.Data.DataType.Name;
}
