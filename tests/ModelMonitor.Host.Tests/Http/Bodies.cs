using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Tests.Scoring;

namespace ModelMonitor.Host.Tests.Http;

/// <summary>Request bodies made of the flights data.</summary>
internal static class Bodies
{
    public static readonly byte[] Production = File.ReadAllBytes(Cases.File("flights", "production.arrows"));

    public static readonly byte[] Labels = File.ReadAllBytes(Cases.File("flights", "labels.arrows"));

    public static long Rows(byte[] stream) => Batches(stream).Sum(b => (long)b.Length);

    public static IReadOnlyList<RecordBatch> Batches(byte[] stream)
    {
        using var batches = ArrowBatches.Open(stream, ArrowLimits.File);
        return [.. batches.ReadAll()];
    }

    /// <summary>The first rows of the first batch.</summary>
    public static byte[] Head(int rows, int from = 0) => Write([Batches(Production)[0].Slice(from, rows)], null);

    public static byte[] Write(IEnumerable<RecordBatch> batches, CompressionCodecType? codec)
    {
        using var stream = new MemoryStream();
        ArrowStreamWriter? writer = null;
        foreach (var batch in batches)
        {
            writer ??= new ArrowStreamWriter(stream, batch.Schema, leaveOpen: true, new IpcOptions { CompressionCodec = codec, CompressionCodecFactory = codec is null ? null : new CompressionCodecFactory() });
            writer.WriteRecordBatch(batch);
        }

        writer!.WriteEnd();
        writer.Dispose();
        return stream.ToArray();
    }

    public static byte[] Ndjson(byte[] arrow)
    {
        var text = new StringBuilder();
        foreach (var batch in Batches(arrow))
        {
            for (var row = 0; row < batch.Length; row++)
            {
                var cells = batch.Schema.FieldsList.Select((field, i) => (field.Name, Value: Cell(batch.Column(i), field.DataType, row))).Where(c => c.Value is not null);
                text.Append('{').AppendJoin(',', cells.Select(c => $"\"{c.Name}\":{c.Value}")).Append("}\n");
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string? Cell(IArrowArray column, IArrowType type, int row)
    {
        if (column.IsNull(row)) return null;
        return column switch
        {
            TimestampArray times => $"\"{times.GetTimestamp(row)!.Value:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\"",
            StringArray texts => $"\"{texts.GetString(row)}\"",
            BooleanArray bits => bits.GetValue(row)!.Value ? "true" : "false",
            Int64Array numbers => numbers.GetValue(row)!.Value.ToString(CultureInfo.InvariantCulture),
            Int32Array numbers => numbers.GetValue(row)!.Value.ToString(CultureInfo.InvariantCulture),
            Int16Array numbers => numbers.GetValue(row)!.Value.ToString(CultureInfo.InvariantCulture),
            Int8Array numbers => numbers.GetValue(row)!.Value.ToString(CultureInfo.InvariantCulture),
            FloatArray numbers => ((double)numbers.GetValue(row)!.Value).ToString("R", CultureInfo.InvariantCulture),
            DoubleArray numbers => numbers.GetValue(row)!.Value.ToString("R", CultureInfo.InvariantCulture),
            DictionaryArray texts => Cell(texts.Dictionary, type, (int)Convert.ToInt64(Cell(texts.Indices, type, row), CultureInfo.InvariantCulture)),
            _ => throw new NotSupportedException(type.Name),
        };
    }
}
