namespace ModelMonitor.Engine.Tests.Intake;

/// <summary>Arrow messages by hand, for what no writer writes.</summary>
internal static class Messages
{
    public const byte Int = 2, List = 12;

    public static Flat Field(string name = "x", byte type = Int, params Flat[] children) => new()
    {
        [0] = name,
        [1] = (byte)1,
        [2] = type,
        [3] = type == Int ? new Flat { [0] = 64L, [1] = (byte)1 } : new Flat(),
        [5] = children,
    };

    public static byte[] Schema(params Flat[] fields) => Message(1, new Flat { [1] = fields });

    public static byte[] BigEndianSchema() => Message(1, new Flat { [0] = (short)1, [1] = new[] { Field() } });

    /// <param name="rows">The length of the batch and of its one column.</param>
    /// <param name="buffers">Pairs of offset and length.</param>
    public static Flat Batch(long rows, long nulls, long[] buffers, bool compressed = false)
    {
        var batch = new Flat { [0] = rows, [1] = Structs(rows, nulls), [2] = Structs(buffers) };
        if (compressed)
        {
            batch[3] = new Flat { [0] = (byte)1 };
        }

        return batch;
    }

    public static byte[] Message(byte kind, Flat header, byte[]? body = null, long? claimed = null, short version = 4)
    {
        body ??= [];
        byte[] metadata = new Flat { [0] = version, [1] = kind, [2] = header, [3] = claimed ?? body.Length }.ToBytes();
        return [0xFF, 0xFF, 0xFF, 0xFF, .. BitConverter.GetBytes(metadata.Length), .. metadata, .. body];
    }

    public static byte[] Structs(params long[] values) => values.SelectMany(BitConverter.GetBytes).ToArray();
}
