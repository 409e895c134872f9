using System.Buffers.Binary;

namespace ModelMonitor.Host.Scoring;

/// <summary>Walks the fields of one protobuf message without copying it.</summary>
/// <remarks>Throws <see cref="InvalidDataException"/> where the bytes are no message.</remarks>
internal ref struct ProtoWalk(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;
    private ulong number;

    public int Field { get; private set; }

    /// <summary>The content of a text, message or packed field; empty for numbers.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether there was another field.</summary>
    public bool Next()
    {
        Bytes = default;
        if (rest.IsEmpty) return false;
        var tag = Varint(ref rest);
        Field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0: number = Varint(ref rest); break;
            case 1: number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)); break;
            case 2: Bytes = Take(Varint(ref rest)); break;
            case 5: number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4)); break;
            default: throw new InvalidDataException("unknown wire type");
        }

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
