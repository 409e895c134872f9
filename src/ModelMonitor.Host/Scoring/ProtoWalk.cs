using System.Buffers.Binary;

namespace ModelMonitor.Host.Scoring;

/// <summary>Walks the fields of one protobuf message without copying it.</summary>
/// <remarks>Throws <see cref="InvalidDataException"/> where the bytes are no message.</remarks>
internal ref struct ProtoWalk(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;
    private ulong number;
    private int width;

    public int Field { get; private set; }

    /// <summary>The content of a text, message or packed field; empty for numbers.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The field as it stands in the message, tag and all.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    /// <summary>The number of an integer field.</summary>
    public readonly long Number => (long)number;

    /// <summary>Whether there was another field.</summary>
    public bool Next()
    {
        Bytes = default;
        if (rest.IsEmpty) return false;
        var before = rest;
        var tag = Varint(ref rest);
        width = 0;
        Field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0: number = Varint(ref rest); break;
            case 1: (number, width) = (BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), 8); break;
            case 2: Bytes = Take(Varint(ref rest)); break;
            case 5: (number, width) = (BinaryPrimitives.ReadUInt32LittleEndian(Take(4)), 4); break;
            default: throw new InvalidDataException("unknown wire type");
        }

        Raw = before[..^rest.Length];
        return true;
    }

    /// <summary>Adds the integer of this field, or all of them where it is packed.</summary>
    public readonly void ReadIntegers(List<string> to, Func<long, string> text)
    {
        if (Bytes.IsEmpty)
        {
            to.Add(text((long)number));
            return;
        }

        var packed = Bytes;
        while (!packed.IsEmpty) to.Add(text((long)Varint(ref packed)));
    }

    /// <summary>Copies the bytes of this float or double, or of all of them where they are packed.</summary>
    public readonly void CopyFixed(Stream to)
    {
        Span<byte> one = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(one, number);
        to.Write(width == 0 ? Bytes : one[..width]);
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)rest.Length) throw new InvalidDataException("field longer than its message");
        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> from)
    {
        var value = 0UL;
        for (var i = 0; i < 10 && i < from.Length; i++)
        {
            value |= (ulong)(from[i] & 0x7F) << (7 * i);
            if (from[i] >= 0x80) continue;
            from = from[(i + 1)..];
            return value;
        }

        throw new InvalidDataException("unfinished number");
    }
}
