using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Intake;

/// <summary>The canonical text of cells, as UTF-8: text as it is, integers invariant, whole floats like integers, truth values `true` and `false`.</summary>
/// <remarks>The same text as <see cref="Core.LabelValue"/> gives, without a string per row.</remarks>
internal readonly ref struct ScalarText
{
    /// <summary>Enough for any number.</summary>
    public const int ScratchSize = 64;

    private readonly ArrowCells _cells;

    public ScalarText(ArrayData data, string column) => _cells = new ArrowCells(data, column);

    /// <summary>True where a column of this type, or a dictionary of it, has texts.</summary>
    public static bool Reads(IArrowType type) =>
        ArrowTypes.IsText(type) || ArrowTypes.IsInteger(type) || ArrowTypes.IsFloat(type) || type.TypeId is ArrowTypeId.Boolean or ArrowTypeId.Null;

    /// <summary>False where the cell is null, NaN included.</summary>
    public bool TryGet(int row, Span<byte> scratch, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_cells.IsNull(row))
        {
            return false;
        }

        switch (_cells.Type.TypeId)
        {
            case ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView: text = _cells.Text(row); return true;
            case ArrowTypeId.Boolean: text = _cells.Bit(row) ? "true"u8 : "false"u8; return true;
            case ArrowTypeId.Int8: text = Format(_cells.Values<sbyte>()[row], scratch); return true;
            case ArrowTypeId.Int16: text = Format(_cells.Values<short>()[row], scratch); return true;
            case ArrowTypeId.Int32: text = Format(_cells.Values<int>()[row], scratch); return true;
            case ArrowTypeId.Int64: text = Format(_cells.Values<long>()[row], scratch); return true;
            case ArrowTypeId.UInt8: text = Format(_cells.Values<byte>()[row], scratch); return true;
            case ArrowTypeId.UInt16: text = Format(_cells.Values<ushort>()[row], scratch); return true;
            case ArrowTypeId.UInt32: text = Format(_cells.Values<uint>()[row], scratch); return true;
            case ArrowTypeId.UInt64: text = Format(_cells.Values<ulong>()[row], scratch); return true;
            case ArrowTypeId.HalfFloat: return TryFloat((double)_cells.Values<Half>()[row], scratch, out text);
            case ArrowTypeId.Float: return TryFloat(_cells.Values<float>()[row], scratch, out text);
            default: return TryFloat(_cells.Values<double>()[row], scratch, out text);
        }
    }

    private static ReadOnlySpan<byte> Format<T>(T value, Span<byte> scratch, string? format = null)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(scratch, out int written, format, CultureInfo.InvariantCulture);
        return scratch[..written];
    }

    private static bool TryFloat(double value, Span<byte> scratch, out ReadOnlySpan<byte> text)
    {
        bool whole = value == Math.Truncate(value) && Math.Abs(value) < 1e15;
        text = whole ? Format((long)value, scratch) : Format(value, scratch, "R");
        return !double.IsNaN(value);
    }
}
