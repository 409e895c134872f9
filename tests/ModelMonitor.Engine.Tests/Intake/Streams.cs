using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Tests.Intake;

internal static class Streams
{
    public static string Birdstrikes => Path.Combine(AppContext.BaseDirectory, "Data", "birdstrikes_holdout.arrows");

    public static RecordBatch Batch(params (string Name, IArrowArray Column)[] columns) => new(
        new Schema(columns.Select(c => new Field(c.Name, c.Column.Data.DataType, true)), null),
        columns.Select(c => c.Column),
        columns[0].Column.Length);

    public static byte[] Write(RecordBatch batch, CompressionCodecType? codec = null, bool file = false, int times = 1)
    {
        var options = new IpcOptions { CompressionCodec = codec, CompressionCodecFactory = new CompressionCodecFactory() };
        using var memory = new MemoryStream();
        using (ArrowStreamWriter writer = file
            ? new ArrowFileWriter(memory, batch.Schema, leaveOpen: true, options)
            : new ArrowStreamWriter(memory, batch.Schema, leaveOpen: true, options))
        {
            for (int i = 0; i < times; i++)
            {
                writer.WriteRecordBatch(batch);
            }

            writer.WriteEnd();
        }

        return memory.ToArray();
    }

    public static DictionaryArray Dictionary(IArrowType indexType, IArrowArray indices, IArrowArray values) =>
        new(new DictionaryType(indexType, values.Data.DataType, false), indices, values);

    public static StringArray Strings(params string?[] values)
    {
        var builder = new StringArray.Builder();
        foreach (string? value in values)
        {
            builder.Append(value);
        }

        return builder.Build();
    }

    public static DoubleArray Doubles(params double?[] values)
    {
        var builder = new DoubleArray.Builder();
        foreach (double? value in values)
        {
            builder.Append(value);
        }

        return builder.Build();
    }

    public static Int32Array Ints(params int?[] values)
    {
        var builder = new Int32Array.Builder();
        foreach (int? value in values)
        {
            builder.Append(value);
        }

        return builder.Build();
    }

    /// <summary>Three rows of predictions: every kind of column that the decoder looks at, the middle row mostly null.</summary>
    public static RecordBatch Predictions() => Batch(
        ("prediction_id", Strings("a", "b", "c")),
        ("timestamp", new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC"))
            .Append(DateTimeOffset.UnixEpoch.AddDays(1)).AppendNull().Append(DateTimeOffset.UnixEpoch.AddDays(2)).Build()),
        ("distance", Doubles(1.5, null, 3)),
        ("carrier", Dictionary(Int8Type.Default, new Int8Array.Builder().Append(1).AppendNull().Append(0).Build(), Strings("AA", "UA"))),
        ("label", Ints(1, null, 0)));
}
