using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Capture;
using ModelMonitor.Engine.Tests.Intake;

namespace ModelMonitor.Engine.Tests.Capture;

/// <summary>Batches of different schemas in one file.</summary>
public sealed class SharedColumnsTests
{
    [Fact]
    public void Text_stays_what_it_was_however_it_came()
    {
        var coded = Streams.Batch(("code", Streams.Dictionary(Int32Type.Default, new Int32Array.Builder().AppendRange([1, 0, 1]).Build(), Streams.Strings("007", "1.0"))));
        var plain = Streams.Batch(("code", Streams.Strings("1.0", null)));
        var field = Assert.Single(SharedColumns.Of([coded.Schema, plain.Schema]));
        Assert.IsType<StringType>(field.DataType);
        Assert.Equal(["1.0", "007", "1.0"], Texts(SharedColumns.Read(coded, field)));
        Assert.Equal(["1.0", null], Texts(SharedColumns.Read(plain, field)));
    }

    [Fact]
    public void Numbers_of_several_types_are_doubles_and_what_a_batch_lacks_is_null()
    {
        var whole = Streams.Batch(("x", Streams.Ints(1, null)), ("y", Streams.Doubles(0.5, 0.25)));
        var half = Streams.Batch(("x", Streams.Doubles(2.5, null)));
        var fields = SharedColumns.Of([whole.Schema, half.Schema]);
        Assert.Equal([("x", ArrowTypeId.Double), ("y", ArrowTypeId.Double)], fields.Select(f => (f.Name, f.DataType.TypeId)));
        Assert.Equal([1, null], ((DoubleArray)SharedColumns.Read(whole, fields[0])).ToArray());
        Assert.Equal([2.5, null], ((DoubleArray)SharedColumns.Read(half, fields[0])).ToArray());
        Assert.Equal([null, null], ((DoubleArray)SharedColumns.Read(half, fields[1])).ToArray());
    }

    private static string?[] Texts(IArrowArray column) => [.. Enumerable.Range(0, column.Length).Select(row => ((StringArray)column).GetString(row))];
}
