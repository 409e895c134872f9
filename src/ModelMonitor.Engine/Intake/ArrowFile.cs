using System.Buffers.Binary;

namespace ModelMonitor.Engine.Intake;

/// <summary>Finds the stream inside an Arrow file: between its magic words a file is a stream, followed by an index that is not needed here.</summary>
internal static class ArrowFile
{
    private const int Head = 8;
    private const int Tail = 10;

    private static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    /// <summary>The stream of an Arrow file; anything else comes back as it is, for the guard to judge.</summary>
    /// <exception cref="IntakeException">The file is cut off, or Feather 1.</exception>
    public static ReadOnlyMemory<byte> StreamOf(ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> bytes = content.Span;
        if (bytes.StartsWith("FEA1"u8))
        {
            throw new IntakeException("a Feather 1 file; write it again as Feather 2 (Arrow IPC)", malformed: true);
        }

        if (!bytes.StartsWith(Magic))
        {
            return content;
        }

        if (bytes.Length < Head + Tail || !bytes.EndsWith(Magic))
        {
            throw new IntakeException("the Arrow file is cut off: it does not end as it starts", malformed: true);
        }

        int footer = BinaryPrimitives.ReadInt32LittleEndian(bytes[^Tail..]);
        if (footer <= 0 || footer > bytes.Length - Head - Tail)
        {
            throw new IntakeException($"the Arrow file's footer claims {footer} bytes of {bytes.Length}", malformed: true);
        }

        return content[Head..(content.Length - Tail - footer)];
    }

    public static ReadOnlyMemory<byte> Load(string path)
    {
        long length = new FileInfo(path).Length;
        return length <= System.Array.MaxLength
            ? File.ReadAllBytes(path)
            : throw new IntakeException($"{length} bytes in one file; up to {System.Array.MaxLength} are read, split it", malformed: false);
    }
}
