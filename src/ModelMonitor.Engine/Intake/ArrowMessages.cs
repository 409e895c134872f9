using System.Buffers.Binary;

namespace ModelMonitor.Engine.Intake;

/// <summary>
/// Messages of an Arrow stream that arrive one by one, as Arrow Flight sends them, put together again: each record batch becomes a
/// stream of its own (schema, dictionaries, batch), which then passes the same guard as a body over HTTP. Not safe for concurrent calls.
/// </summary>
/// <param name="maxBytes">What one such stream may have, framing included.</param>
/// <remarks>A message is its FlatBuffers metadata and its body, without framing: https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format</remarks>
public sealed class ArrowMessages(ArrowLimits limits, long maxBytes)
{
    private const byte SchemaHeader = 1, DictionaryHeader = 2, BatchHeader = 3;
    private const int Prefix = 8;
    private const int Alignment = 8;

    /// <summary>By id, in the order of their first arrival: one may hold codes into another that came before it.</summary>
    private readonly OrderedDictionary<long, List<byte[]>> _dictionaries = [];
    private byte[]? _schema;
    private int _messages;
    private int _kept;

    /// <summary>Record batches so far, the one that was added last included.</summary>
    public int Batches { get; private set; }

    /// <summary>Bytes of the schema and the dictionaries that are kept for the batches to come.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Takes the next message.</summary>
    /// <returns>The stream of the record batch that it was; null after a schema or a dictionary.</returns>
    /// <exception cref="IntakeException">Malformed, or out of order; only what decides this is read here, the rest by <see cref="ArrowGuard"/>.</exception>
    /// <exception cref="ArrowTooLargeException">The stream would have more than the bytes it may have.</exception>
    public ReadOnlyMemory<byte>? Add(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body)
    {
        _messages++;
        var flat = new FlatReader(metadata, _messages, 0);
        var root = flat.Root();
        var length = flat.Int64(root, 3);
        if (length != body.Length) flat.Fault($"a body of {body.Length} bytes where its metadata say {length}");
        var kind = flat.Byte(root, 1);
        if (kind == SchemaHeader != _schema is null) flat.Fault(_schema is null ? "the stream does not start with a schema" : "a second schema");
        switch (kind)
        {
            case SchemaHeader:
                var schema = Framed(0, metadata, body);
                ArrowGuard.Check(schema, limits);
                (_schema, HeldBytes) = (schema, schema.Length);
                return null;
            case DictionaryHeader:
                AddDictionary(ref flat, root, metadata, body);
                return null;
            case BatchHeader:
                Batches++;
                return Joined(metadata, body);
            default:
                flat.Fault($"a message of kind {kind}; a schema, dictionaries and record batches are read");
                return null;
        }
    }

    /// <summary>The messages of a stream that this process wrote: metadata and body of each.</summary>
    public static IEnumerable<(ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body)> Split(ReadOnlyMemory<byte> stream)
    {
        for (int position = 0, message = 1; position + Prefix <= stream.Length; message++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(stream.Span[(position + 4)..]);
            if (length == 0) yield break;
            var metadata = stream.Slice(position + Prefix, length);
            var body = stream.Slice(position + Prefix + length, (int)BodyLength(metadata.Span, message, position));
            yield return (metadata, body);
            position += Prefix + length + body.Length;
        }
    }

    private static long BodyLength(ReadOnlySpan<byte> metadata, int message, int position)
    {
        var flat = new FlatReader(metadata, message, position);
        return flat.Int64(flat.Root(), 3);
    }

    /// <summary>A dictionary replaces what was sent under its id, except where it adds to it.</summary>
    private void AddDictionary(ref FlatReader flat, int root, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body)
    {
        var header = flat.Table(root, 2);
        if (header == 0) flat.Fault("a dictionary without content");
        var id = flat.Int64(header, 0);
        if (!_dictionaries.TryGetValue(id, out var parts)) _dictionaries.Add(id, parts = []);
        if (flat.Byte(header, 2) == 0)
        {
            HeldBytes -= parts.Sum(part => (long)part.Length);
            _kept -= parts.Count;
            parts.Clear();
        }

        if (_kept >= limits.MaxMessages) flat.Fault($"the stream has more than {limits.MaxMessages} dictionaries");
        // Held over batches, so it is bounded here and not only with the batch that uses it.
        var message = Framed(HeldBytes, metadata, body);
        parts.Add(message);
        _kept++;
        HeldBytes += message.Length;
    }

    private byte[] Joined(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body)
    {
        var (prelude, size) = (HeldBytes, SizeOf(metadata, body));
        Refuse(prelude + size);
        var stream = GC.AllocateUninitializedArray<byte>((int)(prelude + size));
        _schema!.CopyTo(stream, 0);
        var position = _schema!.Length;
        foreach (var message in _dictionaries.Values.SelectMany(parts => parts))
        {
            message.CopyTo(stream, position);
            position += message.Length;
        }

        Frame(metadata, body, stream.AsSpan(position));
        return stream;
    }

    private byte[] Framed(long before, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body)
    {
        var size = SizeOf(metadata, body);
        Refuse(before + size);
        var message = new byte[size];
        Frame(metadata, body, message);
        return message;
    }

    private void Refuse(long bytes)
    {
        if (bytes > maxBytes) throw new ArrowTooLargeException($"batch {Batches} comes to {bytes} bytes with its schema and dictionaries");
    }

    private static int Padded(int bytes) => checked(bytes + Alignment - 1) / Alignment * Alignment;

    private static long SizeOf(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body) => (long)Prefix + Padded(metadata.Length) + body.Length;

    private static void Frame(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body, Span<byte> message)
    {
        var padded = Padded(metadata.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message, -1);
        BinaryPrimitives.WriteInt32LittleEndian(message[4..], padded);
        metadata.CopyTo(message[Prefix..]);
        message.Slice(Prefix + metadata.Length, padded - metadata.Length).Clear();
        body.CopyTo(message[(Prefix + padded)..]);
    }
}

/// <summary>A stream has more bytes than it may have.</summary>
public sealed class ArrowTooLargeException(string message) : Exception(message);
