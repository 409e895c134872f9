using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Store;

/// <summary>How a join row lies in <c>join_row</c>: ids as 16 big-endian bytes, so that SQLite's order of blobs is theirs.</summary>
/// <remarks>
/// Scores: per version its interned number as a base-128 varint, then the score's 8 bytes, little-endian, so that NaN survives
/// (a REAL column would make it NULL). One version: 9 bytes. The count follows from the length.
/// </remarks>
internal static class JoinRowCodec
{
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
        // A varint of 63 bits takes 9 bytes at most.
        Span<byte> buffer = scores.Count <= 16 ? stackalloc byte[16 * 17] : new byte[scores.Count * 17];
        var length = 0;
        for (var i = 0; i < scores.Count; i++)
        {
            var number = (ulong)names.Served(scores[i].Version, scores[i].BaselineHash);
            for (; number >= 0x80; number >>= 7)
                buffer[length++] = (byte)(number | 0x80);
            buffer[length++] = (byte)number;
            BinaryPrimitives.WriteDoubleLittleEndian(buffer[length..], scores[i].Score);
            length += sizeof(double);
        }

        return buffer[..length].ToArray();
    }

    public static ServedScore[] DecodeScores(ReadOnlySpan<byte> bytes, SqliteNames names)
    {
        var scores = new List<ServedScore>(bytes.Length / 9);
        while (!bytes.IsEmpty)
        {
            var number = 0L;
            var used = 0;
            do
                number |= (long)(bytes[used] & 0x7f) << (7 * used);
            while ((bytes[used++] & 0x80) != 0);
            var (version, baseline) = names.ServedOf(number);
            scores.Add(new ServedScore(version, baseline, BinaryPrimitives.ReadDoubleLittleEndian(bytes[used..])));
            bytes = bytes[(used + sizeof(double))..];
        }

        return [.. scores];
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
