using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ModelMonitor.Engine.Intake;

/// <summary>Reads the FlatBuffers metadata of one Arrow message, every access checked against the bytes that are there.</summary>
/// <remarks>
/// Tables and vectors are positions in the buffer; 0 stands for an absent one. Vectors and strings may be shared by hostile
/// metadata so that little input is read many times over, so what is visited is charged to a budget in proportion to the input.
/// </remarks>
internal ref struct FlatReader(ReadOnlySpan<byte> bytes, int message, long at)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private long _budget = (4L * bytes.Length) + 4096;

    /// <summary>The position of the root table.</summary>
    public readonly int Root() => Follow(0);

    /// <summary>The position of an inline field, 0 where the table leaves it out.</summary>
    public readonly int Field(int table, int slot, int size)
    {
        long vtable = (long)table - Int32(table);
        int vtableSize = UInt16(vtable);
        int tableSize = UInt16(vtable + 2);
        if (vtableSize < 4 || tableSize < 4 || vtable + vtableSize > _bytes.Length || (long)table + tableSize > _bytes.Length)
        {
            Fault("corrupt metadata (a table goes beyond its message)");
        }

        int entry = 4 + (2 * slot);
        int offset = entry + 2 <= vtableSize ? UInt16(vtable + entry) : 0;
        if (offset != 0 && (offset < 4 || offset + size > tableSize))
        {
            Fault("corrupt metadata (a field lies outside its table)");
        }

        return offset == 0 ? 0 : table + offset;
    }

    public readonly byte Byte(int table, int slot, byte absent = 0)
    {
        int field = Field(table, slot, 1);
        return field == 0 ? absent : _bytes[field];
    }

    public readonly short Int16(int table, int slot, short absent = 0)
    {
        int field = Field(table, slot, 2);
        return field == 0 ? absent : BinaryPrimitives.ReadInt16LittleEndian(_bytes[field..]);
    }

    public readonly long Int64(int table, int slot, long absent = 0)
    {
        int field = Field(table, slot, 8);
        return field == 0 ? absent : BinaryPrimitives.ReadInt64LittleEndian(_bytes[field..]);
    }

    /// <summary>A long at a position inside a vector that was returned by <see cref="Vector"/>.</summary>
    public readonly long Int64At(int position) => BinaryPrimitives.ReadInt64LittleEndian(_bytes[position..]);

    /// <summary>The table that a field refers to, 0 where absent.</summary>
    public readonly int Table(int table, int slot)
    {
        int field = Field(table, slot, 4);
        return field == 0 ? 0 : Follow(field);
    }

    /// <summary>The table that an entry of a vector of tables refers to.</summary>
    public readonly int TableAt(int vector, int index) => Follow(vector + (4 * index));

    /// <summary>A vector's first element and its count, both 0 where absent. Its bytes are in bounds and charged to the budget.</summary>
    public (int Start, int Count) Vector(int table, int slot, int elementSize)
    {
        int field = Field(table, slot, 4);
        if (field == 0)
        {
            return (0, 0);
        }

        int vector = Follow(field);
        long count = (uint)Int32(vector);
        if (count * elementSize > _bytes.Length - vector - 4)
        {
            Fault($"corrupt metadata (a vector of {count} goes beyond its message)");
        }

        _budget -= count * elementSize;
        if (_budget < 0)
        {
            Fault("corrupt metadata (the same bytes are used over and over)");
        }

        return (vector + 4, (int)count);
    }

    [DoesNotReturn]
    public readonly void Fault(string what) => throw GuardFault.At(message, at, what);

    private readonly int Follow(int position)
    {
        long target = (long)position + (uint)Int32(position);
        if (target == position || target > _bytes.Length - 4)
        {
            Fault("corrupt metadata (an offset leads out of its message)");
        }

        return (int)target;
    }

    private readonly int Int32(long position)
    {
        if (position < 0 || position > _bytes.Length - 4)
        {
            Fault("corrupt metadata (cut off)");
        }

        return BinaryPrimitives.ReadInt32LittleEndian(_bytes[(int)position..]);
    }

    private readonly ushort UInt16(long position)
    {
        if (position < 0 || position > _bytes.Length - 2)
        {
            Fault("corrupt metadata (cut off)");
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(int)position..]);
    }
}
