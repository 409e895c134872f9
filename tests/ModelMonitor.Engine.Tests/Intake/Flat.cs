using System.Buffers.Binary;

namespace ModelMonitor.Engine.Tests.Intake;

/// <summary>A FlatBuffers table by slot: byte, short, long, or a reference (Flat, Flat[], string, byte[] = a vector of structs of 16).</summary>
internal sealed class Flat : Dictionary<int, object>
{
    /// <summary>The bytes of a buffer whose root is this table.</summary>
    public byte[] ToBytes()
    {
        var bytes = new List<byte>(new byte[4]);
        Patch(bytes, 0, Write(bytes));
        bytes.AddRange(new byte[(8 - (bytes.Count % 8)) % 8]);
        return [.. bytes];
    }

    private static void Patch(List<byte> bytes, int at, int value)
    {
        byte[] raw = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(raw, value);
        for (int i = 0; i < 4; i++)
        {
            bytes[at + i] = raw[i];
        }
    }

    private static int Size(object value) => value switch { byte => 1, short => 2, long => 8, _ => 4 };

    private static int WriteVector(List<byte> bytes, byte[] content, int count)
    {
        int at = bytes.Count;
        bytes.AddRange(BitConverter.GetBytes(count));
        bytes.AddRange(content);
        return at;
    }

    private static int WriteTables(List<byte> bytes, Flat[] tables)
    {
        int at = WriteVector(bytes, new byte[4 * tables.Length], tables.Length);
        for (int i = 0; i < tables.Length; i++)
        {
            int entry = at + 4 + (4 * i);
            Patch(bytes, entry, tables[i].Write(bytes) - entry);
        }

        return at;
    }

    private int Write(List<byte> bytes)
    {
        int slots = Count == 0 ? 0 : Keys.Max() + 1;
        int vtable = bytes.Count;
        int vtableSize = 4 + (2 * slots);
        int table = vtable + vtableSize;
        int size = 4 + Values.Sum(Size);
        bytes.AddRange(new byte[vtableSize + size]);
        Set16(vtable, vtableSize);
        Set16(vtable + 2, size);
        Patch(bytes, table, table - vtable);
        int position = table + 4;
        foreach ((int slot, object value) in this)
        {
            Set16(vtable + 4 + (2 * slot), position - table);
            int target = value switch
            {
                Flat child => child.Write(bytes),
                Flat[] children => WriteTables(bytes, children),
                string text => WriteVector(bytes, System.Text.Encoding.UTF8.GetBytes(text), text.Length),
                byte[] structs => WriteVector(bytes, structs, structs.Length / 16),
                _ => -1,
            };
            byte[] raw = value switch
            {
                byte b => [b],
                short s => BitConverter.GetBytes(s),
                long l => BitConverter.GetBytes(l),
                _ => BitConverter.GetBytes(target - position),
            };
            for (int i = 0; i < raw.Length; i++)
            {
                bytes[position + i] = raw[i];
            }

            position += raw.Length;
        }

        return table;

        void Set16(int at, int value)
        {
            bytes[at] = (byte)value;
            bytes[at + 1] = (byte)(value >> 8);
        }
    }
}
