using System.Buffers.Binary;

namespace ModelMonitor.Engine.Intake;

/// <summary>
/// Checks a whole Arrow IPC stream before the Arrow library sees it: the library believes the lengths it reads, recurses as deep as
/// the schema says, and takes big-endian data for little-endian.
/// </summary>
/// <remarks>What it allocates is in proportion to the metadata that is really there, whatever the metadata claim.</remarks>
public static class ArrowGuard
{
    private const byte SchemaHeader = 1, DictionaryHeader = 2, BatchHeader = 3;
    private const short FirstReadableVersion = 3;

    /// <summary>Passes for a complete stream; the marker at its end may be missing, a cut message may not.</summary>
    /// <exception cref="IntakeException">Malformed. The message says which message, at which byte, and what is wrong.</exception>
    public static void Check(ReadOnlySpan<byte> body, ArrowLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (body.IsEmpty)
        {
            throw new IntakeException("the body is empty: an Arrow stream starts with a schema", malformed: true);
        }

        if (body.StartsWith("ARROW1"u8))
        {
            throw new IntakeException("the body is an Arrow file; send the Arrow IPC stream format", malformed: true);
        }

        var batches = new BatchGuard(limits);
        SchemaShape? shape = null;
        int position = 0;
        for (int message = 1; TryFrame(body, ref position, message, out int at, out int metadata); message++)
        {
            if (message > limits.MaxMessages)
            {
                throw GuardFault.At(message, at, $"the body has more than {limits.MaxMessages} messages");
            }

            var flat = new FlatReader(body.Slice(position, metadata), message, at);
            position += metadata;
            ReadOnlySpan<byte> content = Message(ref flat, body[position..], ref shape, batches, limits);
            position += content.Length;
        }

        if (shape is null)
        {
            throw GuardFault.At(1, 0, "the stream ends before its schema");
        }
    }

    private static ReadOnlySpan<byte> Message(
        ref FlatReader flat, ReadOnlySpan<byte> rest, ref SchemaShape? shape, BatchGuard batches, ArrowLimits limits)
    {
        int root = flat.Root();
        short version = flat.Int16(root, 0);
        if (version is < FirstReadableVersion or > FirstReadableVersion + 1)
        {
            flat.Fault($"metadata version {version + 1}; versions 4 and 5 are read");
        }

        long length = flat.Int64(root, 3);
        if (length < 0 || length > rest.Length)
        {
            flat.Fault($"a body of {length} bytes where {rest.Length} are left");
        }

        ReadOnlySpan<byte> content = rest[..(int)length];
        SchemaGuard.CheckMetadata(ref flat, root, 4);
        byte type = flat.Byte(root, 1);
        int header = flat.Table(root, 2);
        if (header == 0 || type is < SchemaHeader or > BatchHeader)
        {
            flat.Fault($"a message of kind {type}; a schema, dictionaries and record batches are read");
        }

        if (type == SchemaHeader != shape is null)
        {
            flat.Fault(shape is null ? "the stream does not start with a schema" : "a second schema");
        }

        switch (type)
        {
            case SchemaHeader:
                shape = SchemaGuard.Check(ref flat, header, limits);
                break;
            case DictionaryHeader:
                batches.CheckDictionary(ref flat, header, content);
                break;
            default:
                batches.Check(ref flat, header, content, shape!);
                break;
        }

        return content;
    }

    /// <summary>Reads the frame in front of a message, with the continuation marker or, as before Arrow 0.15, without. False at the end.</summary>
    private static bool TryFrame(ReadOnlySpan<byte> body, ref int position, int message, out int at, out int metadata)
    {
        at = position;
        metadata = 0;
        if (position == body.Length)
        {
            return false;
        }

        metadata = Length(body, ref position, message, at);
        if (metadata == -1)
        {
            metadata = Length(body, ref position, message, at);
        }

        if (metadata == 0)
        {
            // The library would drop what follows without a word, for example a second stream appended to the first.
            if (body[position..].ContainsAnyExcept((byte)0))
            {
                throw GuardFault.At(message, at, $"{body.Length - position} bytes follow the end of the stream");
            }

            return false;
        }

        if (metadata < 0 || metadata > body.Length - position)
        {
            throw GuardFault.At(
                message, at, $"metadata of {(uint)metadata} bytes where {body.Length - position} are left: cut off, or not an Arrow IPC stream");
        }

        return true;
    }

    private static int Length(ReadOnlySpan<byte> body, ref int position, int message, int at)
    {
        if (body.Length - position < 4)
        {
            throw GuardFault.At(message, at, "cut off, or not an Arrow IPC stream");
        }

        position += 4;
        return BinaryPrimitives.ReadInt32LittleEndian(body[(position - 4)..]);
    }
}
