using System.Globalization;
using System.IO.Hashing;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Files;

namespace ModelMonitor.Host.Cli;

/// <summary>One delivery: an Arrow IPC stream and the key by which a repeat is known.</summary>
internal sealed record SendRequest(string Key, byte[] Body, int Rows);

/// <summary>Cuts files into deliveries of bounded size. The same file and options give the same deliveries with the same keys.</summary>
internal static class SendRequests
{
    public const int MostRows = 65_536;
    private const int MostBytes = 8 << 20;

    /// <param name="stream">Part of the key: one file may be sent as predictions and as labels.</param>
    /// <param name="batchRows">Rows per delivery, at most; part of the key, because another number makes other bodies.</param>
    public static IEnumerable<SendRequest> Of(string file, string stream, int batchRows)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{stream}-{Hash(file)}-{batchRows}");
        using var batches = DataFile.Open(file);
        var number = 0;
        foreach (var group in Groups(batches, batchRows))
        {
            foreach (var (body, rows) in Encode(group))
                yield return new SendRequest(string.Create(CultureInfo.InvariantCulture, $"{prefix}-{number++}"), body, rows);
        }
    }

    private static string Hash(string file)
    {
        var hash = new XxHash128();
        using var content = File.OpenRead(file);
        hash.Append(content);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Small batches travel together, large ones in slices.</summary>
    private static IEnumerable<List<RecordBatch>> Groups(IBatchFile batches, int batchRows)
    {
        List<RecordBatch> group = [];
        var room = batchRows;
        while (batches.Next() is { } batch)
        {
            for (var start = 0; start < batch.Length;)
            {
                var rows = Math.Min(room, batch.Length - start);
                group.Add(Slice(batch, start, rows));
                start += rows;
                room -= rows;
                if (room > 0) continue;
                yield return group;
                (group, room) = ([], batchRows);
            }
        }

        if (group.Count > 0) yield return group;
    }

    /// <summary>Halved until it fits; a single row is sent however large it is, for the monitor to judge.</summary>
    private static IEnumerable<(byte[] Body, int Rows)> Encode(List<RecordBatch> group)
    {
        var body = Write(group);
        var rows = group.Sum(b => b.Length);
        if (body.Length <= MostBytes || rows < 2) return [(body, rows)];
        if (group.Count > 1) return Encode([.. group.Take(group.Count / 2)]).Concat(Encode([.. group.Skip(group.Count / 2)]));
        return Encode([Slice(group[0], 0, rows / 2)]).Concat(Encode([Slice(group[0], rows / 2, rows - (rows / 2))]));
    }

    private static byte[] Write(List<RecordBatch> group)
    {
        using var stream = new MemoryStream();
        using (var writer = new ArrowStreamWriter(stream, group[0].Schema, leaveOpen: true))
        {
            foreach (var batch in group) writer.Write(batch);
            writer.WriteEnd();
        }

        return stream.ToArray();
    }

    private static RecordBatch Slice(RecordBatch batch, int start, int rows) => start == 0 && rows == batch.Length
        ? batch
        : new RecordBatch(batch.Schema, batch.Arrays.Select(a => ArrowArrayFactory.Slice(a, start, rows)), rows);
}
