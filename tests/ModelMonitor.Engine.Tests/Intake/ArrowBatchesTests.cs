using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Tests.Intake;

public class ArrowBatchesTests
{
    private static IArrowArray[] AllColumns =>
        [.. Columns.Numbers.Values, .. Columns.Texts.Values, Columns.Fixed(Date32Type.Default, new byte[16]), new NullArray(4)];

    [Theory]
    [InlineData(null, false)]
    [InlineData(CompressionCodecType.Lz4Frame, false)]
    [InlineData(CompressionCodecType.Zstd, false)]
    [InlineData(null, true)]
    [InlineData(CompressionCodecType.Lz4Frame, true)]
    [InlineData(CompressionCodecType.Zstd, true)]
    public void Every_type_survives_the_round_trip_as_stream_and_as_file(CompressionCodecType? codec, bool file)
    {
        RecordBatch batch = Streams.Batch(AllColumns.Select((column, i) => ($"c{i}", column)).ToArray());
        using ArrowBatches batches = ArrowBatches.OpenFile(Streams.Write(batch, codec, file, times: 3), ArrowLimits.Request);
        int read = 0;
        foreach (RecordBatch copy in batches.ReadAll())
        {
            using (copy)
            {
                read++;
                for (int i = 0; i < batch.ColumnCount; i++)
                {
                    Assert.Equal(Read(batch.Column(i)), Read(copy.Column(i)));
                }
            }
        }

        Assert.Equal(3, read);
    }

    [Fact]
    public void Random_numbers_that_do_not_compress_read_too()
    {
        var random = new Random(7);
        DoubleArray column = Streams.Doubles(Enumerable.Range(0, 10_000).Select(_ => (double?)random.NextDouble()).ToArray());
        foreach (CompressionCodecType codec in Enum.GetValues<CompressionCodecType>())
        {
            using ArrowBatches batches = ArrowBatches.Open(Streams.Write(Streams.Batch(("x", column)), codec), ArrowLimits.Request);
            double[] values = new double[10_000];
            ColumnReader.ReadDoubles(batches.Next()!.Column(0), "x", values);
            Assert.Equal(column.Values.ToArray(), values);
        }
    }

    [Fact]
    public void A_real_file_reads_whole()
    {
        using ArrowBatches batches = ArrowBatches.OpenFile(Streams.Birdstrikes);
        Assert.NotEmpty(batches.Schema.FieldsList);
        Assert.True(batches.ReadAll().Sum(batch => batch.Length) > 1000);
    }

    [Fact]
    public void A_file_is_told_by_its_first_bytes_not_by_its_name()
    {
        byte[] file = Streams.Write(Streams.Predictions(), file: true);
        Assert.Equal("ARROW1"u8.ToArray(), file[..6]);
        Assert.Contains("cut off", Assert.Throws<IntakeException>(() => ArrowBatches.OpenFile(file.AsMemory()[..^3], ArrowLimits.File)).Message, StringComparison.Ordinal);
        Assert.Contains("Feather 1", Assert.Throws<IntakeException>(() => ArrowBatches.OpenFile("FEA1xxxxxxxx"u8.ToArray(), ArrowLimits.File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_library_cannot_read_names_the_batch()
    {
        byte[] body = [.. Messages.Schema(Messages.Field()), .. Messages.Message(3, Messages.Batch(2, 0, [0, 0, 0, 24], compressed: true), [16, .. new byte[23]])];
        using ArrowBatches batches = ArrowBatches.Open(body, ArrowLimits.Request);
        var fault = Assert.Throws<IntakeException>(batches.Next);
        Assert.StartsWith("batch 1 cannot be read", fault.Message, StringComparison.Ordinal);
        Assert.True(fault.Malformed);
    }

    private static object Read(IArrowArray column)
    {
        if (BatchDecoder.KindOf(column.Data.DataType) == FeatureKind.Categorical)
        {
            return ColumnReader.ReadStrings(column, "x");
        }

        double[] values = new double[column.Length];
        ColumnReader.ReadDoubles(column, "x", values);
        return values;
    }
}
