using System.Numerics;
using System.Runtime.Intrinsics;

namespace ModelMonitor.Core.Kernels;

/// <summary>A validity bitmap as Arrow has them: bit (offset + row), least significant bit first, is 0 where the row is null.</summary>
public readonly ref struct Validity(ReadOnlySpan<byte> bits, int offset)
{
    private readonly ReadOnlySpan<byte> _bits = bits;
    private readonly int _offset = offset;

    /// <summary>No row is null.</summary>
    public bool IsAllValid => _bits.IsEmpty;

    public bool IsValid(int row) => _bits.IsEmpty || ((_bits[(_offset + row) >> 3] >> ((_offset + row) & 7)) & 1) != 0;

    public Validity Slice(int row) => new(_bits, _offset + row);

    /// <summary>Copies values with NaN for what lies beneath a null.</summary>
    public void Copy<T>(ReadOnlySpan<T> values, Span<T> into)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        into = into[..values.Length];
        if (_bits.IsEmpty)
        {
            values.CopyTo(into);
            return;
        }

        var nan = Vector256.Create(T.NaN);
        var row = 0;
        for (; row <= values.Length - Vector256<T>.Count; row += Vector256<T>.Count)
        {
            var x = Vector256.Create(values.Slice(row, Vector256<T>.Count));
            Vector256.ConditionalSelect(Mask<T>(row), x, nan).CopyTo(into[row..]);
        }

        for (; row < values.Length; row++) into[row] = IsValid(row) ? values[row] : T.NaN;
    }

    /// <summary>All ones in the lanes of rows that are valid.</summary>
    private Vector256<T> Mask<T>(int row)
    {
        var at = _offset + row;
        var (first, last) = (at >> 3, (at + Vector256<T>.Count - 1) >> 3);
        var bits = (_bits[first] | (_bits[last] << 8)) >> (at & 7);
        if (first == last) bits = _bits[first] >> (at & 7);
        if (Vector256<T>.Count == 8)
        {
            var places = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
            return Vector256.Equals(Vector256.Create(bits) & places, places).As<int, T>();
        }

        var fewer = Vector256.Create(1L, 2, 4, 8);
        return Vector256.Equals(Vector256.Create((long)bits) & fewer, fewer).As<long, T>();
    }
}
