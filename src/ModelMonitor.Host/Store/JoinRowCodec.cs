using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Store;

/// <summary>How a join row lies in <c>join_row</c>: ids as 16 big-endian bytes, so that SQLite's order of blobs is theirs.</summary>
/// <remarks>
/// Scores: per version its interned number as a base-128 varint, then the score's 8 bytes, little-endian, so that NaN survives
/// (a REAL column would make it NULL). One version: 9 bytes. The count follows from the length. What else a version's score needs stands
/// behind it: a 0, which is no version's number, a tag, and the tag's content.
/// </remarks>
internal static class JoinRowCodec
{
    /// <summary>The row's slices: their count and each place, as varints.</summary>
    private const byte SegmentsTag = 1;

    /// <summary>A multiclass model's probabilities: their count as a varint, then 8 bytes each.</summary>
    private const byte ProbabilitiesTag = 2;

    /// <summary>The scores of an ensemble's members, as <see cref="ProbabilitiesTag"/>.</summary>
    private const byte EnsembleTag = 3;

    /// <summary>A varint of 63 bits takes 9 bytes at most.</summary>
    private const int MaxVarint = 9;

    public static byte[] Bytes(UInt128 id)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        return bytes;
    }

    public static UInt128 Id(byte[] bytes) => BinaryPrimitives.ReadUInt128BigEndian(bytes);

    public static byte[] EncodeScores(IReadOnlyList<ServedScore> scores, SqliteNames names)
    {
        if (scores.Count == 0)
            return [];
        var most = 0;
        for (var i = 0; i < scores.Count; i++)
            most += MaxVarint + sizeof(double) + 2 + (MaxVarint * (1 + scores[i].Segments.Count)) + Room(scores[i].Probabilities) + Room(scores[i].Ensemble);
        Span<byte> buffer = most <= 512 ? stackalloc byte[512] : new byte[most];
        var length = 0;
        for (var i = 0; i < scores.Count; i++)
        {
            Varint(buffer, ref length, (ulong)names.Served(scores[i].Version, scores[i].BaselineHash));
            BinaryPrimitives.WriteDoubleLittleEndian(buffer[length..], scores[i].Score);
            length += sizeof(double);
            if (scores[i].Segments.Count > 0)
            {
                buffer[length++] = 0;
                buffer[length++] = SegmentsTag;
                Varint(buffer, ref length, (ulong)scores[i].Segments.Count);
                foreach (var place in scores[i].Segments)
                    Varint(buffer, ref length, (ulong)place);
            }

            Doubles(buffer, ref length, ProbabilitiesTag, scores[i].Probabilities);
            Doubles(buffer, ref length, EnsembleTag, scores[i].Ensemble);
        }

        return buffer[..length].ToArray();
    }

    public static ServedScore[] DecodeScores(ReadOnlySpan<byte> bytes, SqliteNames names)
    {
        var scores = new List<ServedScore>(bytes.Length / 9);
        while (!bytes.IsEmpty)
        {
            var (version, baseline) = names.ServedOf(Varint(ref bytes));
            var score = new ServedScore(version, baseline, BinaryPrimitives.ReadDoubleLittleEndian(bytes));
            bytes = bytes[sizeof(double)..];
            while (!bytes.IsEmpty && bytes[0] == 0)
            {
                var tag = bytes[1];
                bytes = bytes[2..];
                score = tag switch
                {
                    SegmentsTag => score with { Segments = Places(ref bytes) },
                    ProbabilitiesTag => score with { Probabilities = Doubles(ref bytes) },
                    EnsembleTag => score with { Ensemble = Doubles(ref bytes) },
                    _ => throw new StateStoreException($"A waiting row holds something of kind {tag}, which this release does not know."),
                };
            }

            scores.Add(score);
        }

        return [.. scores];
    }

    private static int[] Places(ref ReadOnlySpan<byte> bytes)
    {
        var places = new int[Varint(ref bytes)];
        for (var i = 0; i < places.Length; i++)
            places[i] = (int)Varint(ref bytes);
        return places;
    }

    private static int Room(double[]? values) => values is null ? 0 : 2 + MaxVarint + (values.Length * sizeof(double));

    private static void Doubles(Span<byte> buffer, ref int length, byte tag, double[]? values)
    {
        if (values is null)
            return;
        buffer[length++] = 0;
        buffer[length++] = tag;
        Varint(buffer, ref length, (ulong)values.Length);
        foreach (var value in values)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(buffer[length..], value);
            length += sizeof(double);
        }
    }

    private static double[] Doubles(ref ReadOnlySpan<byte> bytes)
    {
        var values = new double[Varint(ref bytes)];
        foreach (ref var value in values.AsSpan())
        {
            value = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
            bytes = bytes[sizeof(double)..];
        }

        return values;
    }

    private static void Varint(Span<byte> buffer, ref int length, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
            buffer[length++] = (byte)(number | 0x80);
        buffer[length++] = (byte)number;
    }

    private static long Varint(ref ReadOnlySpan<byte> bytes)
    {
        var number = 0L;
        var used = 0;
        do
            number |= (long)(bytes[used] & 0x7f) << (7 * used);
        while ((bytes[used++] & 0x80) != 0);
        bytes = bytes[used..];
        return number;
    }

    /// <summary>A row of <c>time, label, label_time, touched, scores</c>.</summary>
    public static JoinRow Read(SqliteDataReader row, UInt128 id, SqliteNames names) => new()
    {
        Id = id,
        EventTime = row.IsDBNull(0) ? null : row.GetInt64(0),
        Label = row.IsDBNull(1) ? null : row.GetDouble(1),
        LabelTime = row.IsDBNull(2) ? null : row.GetInt64(2),
        Touched = row.GetInt64(3),
        Scores = DecodeScores(row.GetFieldValue<byte[]>(4), names),
    };
}
