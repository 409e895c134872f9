using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Engine.Intake;

/// <summary>
/// The cells of one array that is not nested, by row, with its offset and validity applied. The only place that casts bytes to values.
/// </summary>
/// <remarks>The library does not check that buffers are as long as an array needs; this does, once, when it opens one.</remarks>
internal readonly ref struct ArrowCells
{
    private readonly ArrayData _data;
    private readonly string _column;
    private readonly ReadOnlySpan<byte> _validity;
    private readonly ReadOnlySpan<byte> _values;
    private readonly ReadOnlySpan<byte> _text;

    /// <exception cref="IntakeException">Malformed: a buffer is shorter than the array needs.</exception>
    public ArrowCells(ArrayData data, string column)
    {
        _data = data;
        _column = column;
        ArrowTypeId type = data.DataType.TypeId;
        if (type == ArrowTypeId.Null)
        {
            return;
        }

        long end = (long)data.Offset + data.Length;
        _validity = data.NullCount == 0 ? default : Buffer(0);
        Require(_validity.IsEmpty ? 0 : (end + 7) / 8, _validity.Length);
        _values = Buffer(1);
        bool offsets = type is ArrowTypeId.String or ArrowTypeId.LargeString;
        Require(data.Length == 0 ? 0 : (((end + (offsets ? 1 : 0)) * BitWidth(data.DataType)) + 7) / 8, _values.Length);
        _text = offsets ? Buffer(2) : default;
    }

    public int Length => _data.Length;

    public IArrowType Type => _data.DataType;

    public bool HasNulls => !_validity.IsEmpty || Type.TypeId == ArrowTypeId.Null;

    /// <summary>Of every row, from the first; not for a column of type null, which has no bitmap.</summary>
    public Validity Validity => new(_validity, _data.Offset);

    public bool IsNull(int row) => HasNulls && (_validity.IsEmpty || !BitAt(_validity, _data.Offset + row));

    /// <summary>All values of a fixed width, those of null rows included: they mean nothing.</summary>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged =>
        Length == 0 ? default : MemoryMarshal.Cast<byte, T>(_values).Slice(_data.Offset, Length);

    public bool Bit(int row) => BitAt(_values, _data.Offset + row);

    /// <summary>The bytes of one value of a fixed width.</summary>
    public ReadOnlySpan<byte> Fixed(int row, int width) => _values.Slice((_data.Offset + row) * width, width);

    /// <summary>The UTF-8 bytes of one text, of any of the three layouts of strings.</summary>
    public ReadOnlySpan<byte> Text(int row)
    {
        int at = _data.Offset + row;
        if (Type.TypeId == ArrowTypeId.StringView)
        {
            return View(Fixed(row, 16));
        }

        if (Type.TypeId == ArrowTypeId.LargeString)
        {
            ReadOnlySpan<long> wide = MemoryMarshal.Cast<byte, long>(_values);
            return Range(_text, wide[at], wide[at + 1]);
        }

        ReadOnlySpan<int> offsets = MemoryMarshal.Cast<byte, int>(_values);
        return Range(_text, offsets[at], offsets[at + 1]);
    }

    private static bool BitAt(ReadOnlySpan<byte> bits, int index) => (bits[index >> 3] >> (index & 7) & 1) != 0;

    private static int BitWidth(IArrowType type) => type switch
    {
        DictionaryType dictionary => BitWidth(dictionary.IndexType),
        FixedSizeBinaryType binary => binary.ByteWidth * 8,
        FixedWidthType width => width.BitWidth,
        StringType => 32,
        LargeStringType => 64,
        StringViewType => 128,
        _ => 0,
    };

    private ReadOnlySpan<byte> Buffer(int index) =>
        index < _data.Buffers.Length ? _data.Buffers[index].Span : throw Malformed($"buffer {index} is missing");

    private void Require(long need, int have)
    {
        if (need > have)
        {
            throw Malformed($"{_data.Length} rows of {ArrowTypes.NameOf(Type)} need {need} bytes, the buffer has {have}");
        }
    }

    private ReadOnlySpan<byte> View(ReadOnlySpan<byte> view)
    {
        ReadOnlySpan<int> words = MemoryMarshal.Cast<byte, int>(view);
        int length = words[0];
        if (length is >= 0 and <= 12)
        {
            return view.Slice(4, length);
        }

        int buffer = words[2];
        return buffer >= 0 && buffer < _data.Buffers.Length - 2
            ? Range(Buffer(buffer + 2), words[3], (long)words[3] + length)
            : throw Malformed($"a text lies in buffer {buffer} of {_data.Buffers.Length - 2}");
    }

    private ReadOnlySpan<byte> Range(ReadOnlySpan<byte> text, long start, long end) =>
        start >= 0 && end >= start && end <= text.Length
            ? text[(int)start..(int)end]
            : throw Malformed($"a text from byte {start} to {end} of {text.Length}");

    private IntakeException Malformed(string what) => new($"column '{_column}': {what}", malformed: true);
}
