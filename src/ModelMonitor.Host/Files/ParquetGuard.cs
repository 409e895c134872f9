using System.Buffers.Binary;
using ModelMonitor.Engine.Intake;
using Parquet;

namespace ModelMonitor.Host.Files;

/// <summary>Looks at what a Parquet file claims before its library believes it: lengths and places must lie inside the file.</summary>
internal static class ParquetGuard
{
    /// <summary>A row group is read whole. Writers make them of about a million rows; this is what one may cost at most.</summary>
    private const long MostDecodedBytes = 4L << 30;

    private const int Head = 4;
    private const int Tail = 8;

    /// <exception cref="IntakeException">Encrypted, cut off, or its footer does not fit.</exception>
    public static void CheckFrame(Stream stream)
    {
        if (stream.Length < Head + Tail) throw new IntakeException($"the Parquet file is cut off: it has {stream.Length} bytes", malformed: true);
        Span<byte> tail = stackalloc byte[Tail];
        stream.Position = stream.Length - Tail;
        stream.ReadExactly(tail);
        stream.Position = 0;
        if (tail[4..].SequenceEqual("PARE"u8)) throw new IntakeException("the Parquet file is encrypted, which is not read here", malformed: false);
        if (!tail[4..].SequenceEqual("PAR1"u8)) throw new IntakeException("the Parquet file is cut off: it does not end as it starts", malformed: true);
        var footer = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (footer <= 0 || footer > stream.Length - Head - Tail) throw new IntakeException($"the Parquet file's footer claims {footer} bytes of {stream.Length}", malformed: true);
    }

    /// <exception cref="IntakeException">A row group or column chunk claims more than there is, or than is read.</exception>
    public static void Check(ParquetReader reader, long fileLength)
    {
        var groups = reader.Metadata?.RowGroups ?? throw new IntakeException("the Parquet file has no row groups", malformed: true);
        for (var g = 0; g < groups.Count; g++)
        {
            var (group, place) = (groups[g], $"row group {g + 1}");
            if (group.NumRows is < 0 or > int.MaxValue) throw new IntakeException($"{place} claims {group.NumRows} rows", malformed: true);
            long decoded = 0;
            foreach (var chunk in group.Columns)
            {
                var data = chunk.MetaData ?? throw new IntakeException($"{place} has a column without metadata: it lies in another file, or is encrypted", malformed: false);
                var column = $"{place}, column '{string.Join('.', data.PathInSchema ?? [])}'";
                var start = data.DictionaryPageOffset is { } dictionary && dictionary > 0 ? Math.Min(dictionary, data.DataPageOffset) : data.DataPageOffset;
                if (start < 0 || data.TotalCompressedSize < 0 || start > fileLength || data.TotalCompressedSize > fileLength - start)
                    throw new IntakeException($"{column} claims {data.TotalCompressedSize} bytes at {start} of {fileLength}", malformed: true);
                if (data.TotalUncompressedSize < 0 || data.NumValues < 0) throw new IntakeException($"{column} claims {data.NumValues} values in {data.TotalUncompressedSize} bytes", malformed: true);
                // Decoded, a value takes 16 bytes or less, its level 4.
                decoded += Math.Min(data.TotalUncompressedSize, MostDecodedBytes) + (20 * Math.Min(data.NumValues, int.MaxValue));
            }

            if (decoded > MostDecodedBytes)
                throw new IntakeException($"{place} of {group.NumRows} rows takes {decoded >> 20} MiB to read, the limit is {MostDecodedBytes >> 20}: write it with smaller row groups", malformed: false);
        }
    }
}
