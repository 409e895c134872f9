using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Tests.Intake;

/// <summary>Probability vectors that a multiclass model's serving side logs.</summary>
public sealed class ProbabilityColumnTests
{
    private static readonly IntakeSchema s_schema = new(new ColumnNames { Score = "p" }, [], null) { Classes = ["a", "b", "7"] };

    private static readonly double[]?[] s_rows = [[0.5, 0.25, 0.25], null, [0, double.NaN, 1], [0.125, 0.125, 0.75]];

    private static double[] Expected => [.. s_rows.SelectMany(row => row ?? [double.NaN, double.NaN, double.NaN])];

    private static ListArray Lists(IArrowType type, params double[]?[] rows)
    {
        var builder = new ListArray.Builder(type);
        foreach (var row in rows)
        {
            if (row is null)
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            foreach (var value in row)
            {
                if (builder.ValueBuilder is FloatArray.Builder floats) floats.Append((float)value);
                else if (builder.ValueBuilder is Int32Array.Builder whole) whole.Append((int)value);
                else ((DoubleArray.Builder)builder.ValueBuilder).Append(value);
            }
        }

        return builder.Build();
    }

    private static FixedSizeListArray Fixed(params double[]?[] rows)
    {
        var builder = new FixedSizeListArray.Builder(DoubleType.Default, 3);
        foreach (var row in rows)
        {
            if (row is null)
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            foreach (var value in row) ((DoubleArray.Builder)builder.ValueBuilder).Append(value);
        }

        return builder.Build();
    }

    /// <summary>All of the way from bytes.</summary>
    private static DecodedBatch Decode(IArrowArray column, params (string, IArrowArray)[] more)
    {
        using var batches = ArrowBatches.Open(Streams.Write(Streams.Batch([("p", column), .. more])), Decoding.Small);
        return BatchDecoder.DecodePredictions(Assert.Single(batches.ReadAll()), s_schema);
    }

    public static TheoryData<string> Shapes => ["double", "float", "fixed", "sliced"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Lists_of_every_kind_are_read_alike(string shape)
    {
        var other = new double[] { 9, 9, 9 };
        IArrowArray column = shape switch
        {
            "double" => Lists(DoubleType.Default, s_rows),
            "float" => Lists(FloatType.Default, s_rows),
            "fixed" => Fixed(s_rows),
            _ => ArrowArrayFactory.Slice(Lists(DoubleType.Default, [other, .. s_rows, other]), 1, s_rows.Length),
        };
        var batch = shape == "sliced" ? BatchDecoder.DecodePredictions(Streams.Batch(("p", column)), s_schema) : Decode(column);
        Assert.Equal(Expected, batch.Probabilities);
        Assert.Equal([0.125, 0.125, 0.75], batch.ProbabilitiesOf(3).ToArray());
        Assert.Equal([0, double.NaN, double.NaN, 2], BatchScores.Of(batch, null, 3));
    }

    [Fact]
    public void A_vector_of_another_length_is_refused_with_its_row() => Assert.Equal(
        "column 'p': row 1 has 2 values, and the model has 3 classes",
        Assert.Throws<IntakeException>(() => Decode(Lists(DoubleType.Default, [0.5, 0.25, 0.25], [0.5, 0.5]))).Message);

    [Fact]
    public void A_column_that_holds_no_vectors_of_numbers_is_refused()
    {
        foreach (var column in new IArrowArray[] { Lists(Int32Type.Default, [1, 0, 0]), Streams.Doubles(0.5), Streams.Strings("a") })
            Assert.Contains("a list of 3 numbers, one per class", Assert.Throws<IntakeException>(() => Decode(column)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_are_places_of_classes_whatever_their_type()
    {
        var vectors = Lists(DoubleType.Default, s_rows);
        Assert.Equal([0, 2, ClassColumns.Unknown, double.NaN], Decode(vectors, ("label", Streams.Strings("a", "7", "c", null))).Labels!);
        Assert.Equal([2, ClassColumns.Unknown, double.NaN, 2], Decode(vectors, ("label", Streams.Ints(7, 8, null, 7))).Labels!);
    }

    [Fact]
    public void A_stream_of_lists_with_any_byte_changed_or_cut_anywhere_is_refused_or_read()
    {
        var body = Streams.Write(Streams.Batch(("p", Lists(DoubleType.Default, s_rows)), ("q", Fixed(s_rows))));
        var (read, refused) = (0, 0);
        void Try(ReadOnlyMemory<byte> bytes)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var batches = ArrowBatches.Open(bytes, Decoding.Small);
                foreach (var batch in batches.ReadAll()) BatchScores.Of(BatchDecoder.DecodePredictions(batch, s_schema), null, 3);
                read++;
            }
            catch (IntakeException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        }

        foreach (var change in new byte[] { 0x01, 0x04, 0x80, 0xFF })
        {
            for (var at = 0; at < body.Length; at++)
            {
                body[at] ^= change;
                Try(body);
                body[at] ^= change;
            }
        }

        for (var length = 0; length < body.Length; length++) Try(body.AsMemory(0, length));
        Assert.True(read > 100 && refused > 100, $"{read} were read and {refused} refused");
    }
}
