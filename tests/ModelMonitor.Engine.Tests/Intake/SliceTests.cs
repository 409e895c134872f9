using Apache.Arrow;
using Apache.Arrow.Types;
using CsCheck;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Tests.Intake;

public class SliceTests
{
    // (offset, length) of a slice of 40 rows.
    private static readonly Gen<(int Offset, int Length)> Slices = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40], (a, b) => (Math.Min(a, b), Math.Abs(a - b)));
    private static readonly Gen<int?[]> Rows = Gen.Int[-5, 5].Nullable().Array[40];

    [Fact]
    public void A_sliced_column_with_nulls_reads_the_same_as_its_copy() => Gen.Select(Rows, Slices).Sample((rows, slice) =>
    {
        string?[] texts = rows.Select(row => row is { } value ? $"category number {value}" : null).ToArray();
        foreach (IArrowArray column in (IArrowArray[])[
            Streams.Strings(texts), Columns.Large(texts), Views(texts),
            Streams.Dictionary(Int32Type.Default, Streams.Ints(rows.Select((row, i) => row is null ? (int?)null : i).ToArray()), Streams.Strings(texts))])
        {
            string?[] whole = ColumnReader.ReadStrings(column, "x");
            Assert.Equal(texts, whole);
            Assert.Equal(whole.AsSpan(slice.Offset, slice.Length).ToArray(), ColumnReader.ReadStrings(Slice(column, slice), "x"));
        }

        foreach (IArrowArray column in (IArrowArray[])[
            Streams.Ints(rows), Streams.Doubles(rows.Select(row => (double?)row).ToArray()), Bools(rows),
            Streams.Dictionary(Int32Type.Default, Streams.Ints(rows.Select((row, i) => row is null ? (int?)null : i).ToArray()), Streams.Ints(rows))])
        {
            double[] whole = new double[rows.Length];
            ColumnReader.ReadDoubles(column, "x", whole);
            double[] part = new double[slice.Length];
            ColumnReader.ReadDoubles(Slice(column, slice), "x", part);
            Assert.Equal(whole.AsSpan(slice.Offset, slice.Length).ToArray(), part);
        }
    }, iter: 200);

    private static Apache.Arrow.Array Slice(IArrowArray column, (int Offset, int Length) slice) => ((Apache.Arrow.Array)column).Slice(slice.Offset, slice.Length);

    private static StringViewArray Views(string?[] texts)
    {
        var builder = new StringViewArray.Builder();
        foreach (string? text in texts)
        {
            builder.Append(text);
        }

        return builder.Build();
    }

    private static BooleanArray Bools(int?[] rows)
    {
        var builder = new BooleanArray.Builder();
        foreach (int? row in rows)
        {
            _ = row is { } value ? builder.Append(value > 0) : builder.AppendNull();
        }

        return builder.Build();
    }
}
