using System.Buffers.Binary;

namespace ModelMonitor.Engine.Intake;

/// <summary>Checks what a record batch claims of its body, and adds up what decoding it would cost.</summary>
internal sealed class BatchGuard(ArrowLimits limits)
{
    // A batch of nulls or of no columns takes no bytes; this many rows of it do no harm.
    private const long FreeRows = 64;

    private readonly Dictionary<long, long> _dictionaries = [];
    private long _decoded;
    private long _rows;

    /// <summary>A batch of rows.</summary>
    public void Check(ref FlatReader flat, int batch, ReadOnlySpan<byte> body, SchemaShape shape)
    {
        Charge(ref flat, CheckBody(ref flat, batch, body, shape));
        _rows += flat.Int64(batch, 0);
        if (_rows > limits.MaxRows)
        {
            flat.Fault($"the body has more than {limits.MaxRows} rows");
        }
    }

    /// <summary>A dictionary. A delta costs the whole dictionary again: the reader copies it.</summary>
    public void CheckDictionary(ref FlatReader flat, int dictionary, ReadOnlySpan<byte> body)
    {
        int batch = flat.Table(dictionary, 1);
        if (batch == 0)
        {
            flat.Fault("a dictionary without data");
        }

        long id = flat.Int64(dictionary, 0);
        long size = CheckBody(ref flat, batch, body, shape: null);
        if (flat.Byte(dictionary, 2) != 0 && _dictionaries.TryGetValue(id, out long before))
        {
            size = Sum(ref flat, size, before);
        }

        _dictionaries[id] = size;
        Charge(ref flat, size);
    }

    private static long CheckBody(ref FlatReader flat, int batch, ReadOnlySpan<byte> body, SchemaShape? shape)
    {
        long rows = flat.Int64(batch, 0);
        (int nodes, int nodeCount) = flat.Vector(batch, 1, 16);
        (int buffers, int bufferCount) = flat.Vector(batch, 2, 16);
        int variadic = CountVariadic(ref flat, batch, shape);
        if (shape is not null && nodeCount != shape.Nodes)
        {
            flat.Fault($"the batch has {nodeCount} field nodes, its schema {shape.Nodes}");
        }

        if (shape is { BuffersVary: false } && bufferCount != (long)shape.Buffers + variadic)
        {
            flat.Fault($"the batch has {bufferCount} buffers, its schema asks for {(long)shape.Buffers + variadic}");
        }

        bool compressed = CheckCompression(ref flat, batch);
        long decoded = 0;
        for (int i = 0; i < bufferCount; i++)
        {
            decoded = Sum(ref flat, decoded, DecodedSize(ref flat, buffers + (16 * i), body, compressed));
        }

        CheckCount(ref flat, rows, decoded);
        for (int i = 0; i < nodeCount; i++)
        {
            CheckNode(ref flat, nodes + (16 * i), decoded);
        }

        foreach (int column in shape?.Columns ?? [])
        {
            long length = flat.Int64At(nodes + (16 * column));
            if (length != rows)
            {
                flat.Fault($"a column of {length} rows in a batch of {rows}");
            }
        }

        return decoded;
    }

    private static int CountVariadic(ref FlatReader flat, int batch, SchemaShape? shape)
    {
        (int start, int count) = flat.Vector(batch, 4, 8);
        if (shape is not null && count != shape.Variadic)
        {
            flat.Fault($"the batch has {count} variadic counts, its schema asks for {shape.Variadic}");
        }

        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            long more = flat.Int64At(start + (8 * i));
            sum += more;
            if (more < 0 || more > int.MaxValue || sum > int.MaxValue)
            {
                flat.Fault($"a variadic column of {more} buffers");
            }
        }

        return (int)sum;
    }

    private static bool CheckCompression(ref FlatReader flat, int batch)
    {
        int compression = flat.Table(batch, 3);
        if (compression != 0 && (flat.Byte(compression, 0) > 1 || flat.Byte(compression, 1) != 0))
        {
            flat.Fault("compressed by an unknown method; LZ4 frames and ZSTD by buffer are read");
        }

        return compression != 0;
    }

    private static long DecodedSize(ref FlatReader flat, int buffer, ReadOnlySpan<byte> body, bool compressed)
    {
        long offset = flat.Int64At(buffer);
        long length = flat.Int64At(buffer + 8);
        if (offset < 0 || length < 0 || offset > body.Length || length > body.Length - offset)
        {
            flat.Fault($"a buffer of {length} bytes at {offset} lies outside the body of {body.Length}");
        }

        if (!compressed || length == 0)
        {
            return length;
        }

        if (length < 8)
        {
            flat.Fault($"a compressed buffer of {length} bytes has no length in front");
        }

        long declared = BinaryPrimitives.ReadInt64LittleEndian(body[(int)offset..]);
        if (declared < -1 || declared > int.MaxValue)
        {
            flat.Fault($"a compressed buffer declares {declared} bytes");
        }

        // −1: stored as it is, behind the length.
        return declared == -1 ? length - 8 : declared;
    }

    private static void CheckNode(ref FlatReader flat, int node, long decoded)
    {
        long length = flat.Int64At(node);
        long nulls = flat.Int64At(node + 8);
        CheckCount(ref flat, length, decoded);
        if (nulls < 0 || nulls > length)
        {
            flat.Fault($"{nulls} nulls in {length} rows");
        }
    }

    private static void CheckCount(ref FlatReader flat, long rows, long decoded)
    {
        if (rows < 0 || rows > int.MaxValue || (rows - FreeRows) / 8 > decoded)
        {
            flat.Fault($"{rows} rows cannot lie in {decoded} bytes");
        }
    }

    private static long Sum(ref FlatReader flat, long a, long b)
    {
        if (a > long.MaxValue - b)
        {
            flat.Fault("the sizes of the buffers overflow");
        }

        return a + b;
    }

    private void Charge(ref FlatReader flat, long size)
    {
        _decoded = Sum(ref flat, _decoded, size);
        if (_decoded > limits.MaxDecodedBytes)
        {
            flat.Fault($"decoding takes {_decoded} bytes or more, the limit is {limits.MaxDecodedBytes}");
        }
    }
}
