using System.Buffers.Binary;
using System.Text;

namespace ModelMonitor.Core.Sketches;

/// <summary>Reads what <see cref="StateWriter"/> wrote; safe on hostile bytes: every length is checked before anything is allocated.</summary>
public ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public readonly bool AtEnd => _position == _bytes.Length;

    public byte Byte() => Take(1)[0];

    /// <summary>A length or index of at most <paramref name="limit"/>.</summary>
    /// <exception cref="StateFormatException">It is larger, or the bytes end.</exception>
    public int Count(int limit)
    {
        var value = Unsigned();
        if (value > (ulong)limit) throw new StateFormatException($"A length of {value} at byte {_position} exceeds {limit}.");
        return (int)value;
    }

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            if (shift == 63 && next > 1) break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new StateFormatException($"An integer before byte {_position} has more than 64 bits.");
    }

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public string Text(int limit) => Encoding.UTF8.GetString(Take(Count(limit)));

    /// <summary>The next bin that <see cref="StateWriter.UsedCounts"/> wrote; its count follows.</summary>
    /// <param name="previous">The bin before it; −1 at the start.</param>
    public int NextBin(int previous, int bins)
    {
        var bin = previous + 1 + Count(bins);
        return bin < bins ? bin : throw new StateFormatException($"Counts before byte {_position} run past their end.");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _position) throw new StateFormatException($"The state ends at byte {_bytes.Length}, {length} more are needed at {_position}.");
        var span = _bytes.Slice(_position, length);
        _position += length;
        return span;
    }
}
