using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ModelMonitor.Core.Sketches;

/// <summary>Writes state compactly: variable-length integers, runs of zeros skipped. Equal states give equal bytes.</summary>
public sealed class StateWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    /// <summary>A length or an index: never negative.</summary>
    public void Count(int value) => Unsigned((ulong)value);

    public void Unsigned(ulong value)
    {
        var span = _buffer.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        _buffer.Advance(length);
    }

    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Text(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var length = Encoding.UTF8.GetByteCount(value);
        Count(length);
        Encoding.UTF8.GetBytes(value, _buffer.GetSpan(length));
        _buffer.Advance(length);
    }

    /// <summary>As <see cref="Counts"/>, of the bins alone whose count is not zero, ascending.</summary>
    public void UsedCounts(int bins, ReadOnlySpan<(int Bin, long Count)> used)
    {
        Count(bins);
        Count(used.Length);
        var next = 0;
        foreach (var (bin, count) in used)
        {
            Count(bin - next);
            Signed(count);
            next = bin + 1;
        }
    }

    /// <summary>Counts of which most are zero: (zeros skipped, count) pairs, ended by their number.</summary>
    public void Counts(ReadOnlySpan<long> counts)
    {
        Count(counts.Length);
        var used = 0;
        foreach (var count in counts)
        {
            if (count != 0) used++;
        }

        Count(used);
        var skipped = 0;
        foreach (var count in counts)
        {
            if (count == 0)
            {
                skipped++;
                continue;
            }

            Count(skipped);
            Signed(count);
            skipped = 0;
        }
    }
}
