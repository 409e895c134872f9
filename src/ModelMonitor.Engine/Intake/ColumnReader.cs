using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Intake;

/// <summary>
/// Reads a column of any Arrow type that has a meaning here into what the engine computes with. Offsets and validity are honoured:
/// what lies beneath a null is never looked at.
/// </summary>
/// <remarks>
/// Every function throws <see cref="IntakeException"/>, with <see cref="IntakeException.Malformed"/> false where the column's type
/// cannot be converted (the message says which column, what was expected and what was found) and true where its buffers are corrupt.
/// </remarks>
public static partial class ColumnReader
{
    internal static IntakeException Unfit(string column, string expected, IArrowType found) =>
        new($"column '{column}': expected {expected}, got {ArrowTypes.NameOf(found)}", malformed: false);

    /// <summary>Each row's place in the dictionary, −1 where null.</summary>
    private static int[] ReadIndices(ArrayData data, string column)
    {
        var cells = new ArrowCells(data, column);
        int[] places = new int[data.Length];
        switch (((DictionaryType)data.DataType).IndexType.TypeId)
        {
            case ArrowTypeId.Int8: Copy<sbyte>(cells, places); break;
            case ArrowTypeId.UInt8: Copy<byte>(cells, places); break;
            case ArrowTypeId.Int16: Copy<short>(cells, places); break;
            case ArrowTypeId.UInt16: Copy<ushort>(cells, places); break;
            case ArrowTypeId.Int32: Copy<int>(cells, places); break;
            case ArrowTypeId.UInt32: Copy<uint>(cells, places); break;
            case ArrowTypeId.Int64: Copy<long>(cells, places); break;
            default: Copy<ulong>(cells, places); break;
        }

        int count = DictionaryOf(data, column).Length;
        for (int row = 0; row < places.Length; row++)
        {
            if (cells.IsNull(row))
            {
                places[row] = -1;
            }
            else if ((uint)places[row] >= (uint)count)
            {
                throw new IntakeException($"column '{column}': row {row} refers to entry {places[row]} of a dictionary of {count}", malformed: true);
            }
        }

        return places;

        // Saturating keeps an index that is out of range out of range.
        static void Copy<T>(ArrowCells cells, int[] into)
            where T : unmanaged, System.Numerics.INumberBase<T>
        {
            ReadOnlySpan<T> values = cells.Values<T>();
            for (int row = 0; row < values.Length; row++)
            {
                into[row] = int.CreateSaturating(values[row]);
            }
        }
    }

    private static ArrayData DictionaryOf(ArrayData data, string column) =>
        data.Dictionary is { DataType: not DictionaryType } dictionary
            ? dictionary
            : throw new IntakeException($"column '{column}': its dictionary is missing, or itself dictionary-encoded", malformed: true);

    /// <summary>Reads a dictionary column through its values, whatever the function reads them as.</summary>
    /// <param name="read">Reads the values into as many places.</param>
    private static void Expand<T>(ArrayData data, string column, Span<T> into, T absent, Func<ArrayData, T[]> read)
    {
        int[] places = ReadIndices(data, column);
        ArrayData dictionary = DictionaryOf(data, column);

        // One dictionary may serve many small batches: then only what a batch refers to is read.
        bool whole = dictionary.Length <= 1024 + (4L * places.Length);
        T[] values = whole || places.Length == 0 ? read(dictionary) : [];
        for (int row = 0; row < places.Length; row++)
        {
            int place = places[row];
            into[row] = place < 0 ? absent : whole ? values[place] : read(dictionary.Slice(place, 1))[0];
        }
    }
}
