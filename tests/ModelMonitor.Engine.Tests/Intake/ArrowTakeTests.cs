using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Tests.Intake;

public sealed class ArrowTakeTests
{
    private static readonly (int Part, int Row)[] Picks = [(1, 0), (0, 2), (0, 0), (0, 1), (0, 2)];

    private static IArrowArray Take(params IArrowArray[] parts) => ArrowTake.Rows(parts, Picks, "c")!;

    [Fact]
    public void Numbers_keep_their_type_values_and_nulls()
    {
        var doubles = (DoubleArray)Take(Streams.Doubles(1, null, double.NaN), Streams.Doubles(4));
        Assert.Equal([4, double.NaN, 1, null, double.NaN], Enumerable.Range(0, 5).Select(doubles.GetValue));
        var shorts = (Int16Array)Take(new Int16Array.Builder().AppendRange([7, -8, 9]).Build(), new Int16Array.Builder().Append(short.MinValue).Build());
        Assert.Equal([short.MinValue, (short)9, (short)7, (short)-8, (short)9], shorts.Values.ToArray());
        Assert.Equal(0, shorts.NullCount);
    }

    [Fact]
    public void A_slice_is_read_from_its_offset()
    {
        var sliced = (DoubleArray)Take(Streams.Doubles(100, 1, 2, null, 200).Slice(1, 3), Streams.Doubles(0, 9).Slice(1, 1));
        Assert.Equal([9, null, 1, 2, null], Enumerable.Range(0, 5).Select(sliced.GetValue));
    }

    [Fact]
    public void Truth_values_and_text_come_with_their_nulls()
    {
        var truths = (BooleanArray)Take(new BooleanArray.Builder().Append(true).AppendNull().Append(false).Build(), new BooleanArray.Builder().Append(true).Build());
        Assert.Equal([true, false, true, null, false], Enumerable.Range(0, 5).Select(truths.GetValue));
        var texts = (StringArray)Take(Streams.Strings("1.0", null, ""), Streams.Strings("é"));
        Assert.Equal(["é", "", "1.0", null, ""], Enumerable.Range(0, 5).Select(i => texts.GetString(i)));
    }

    [Fact]
    public void Dictionaries_of_text_become_the_text_whatever_their_codes()
    {
        var first = Streams.Dictionary(Int8Type.Default, new Int8Array.Builder().Append(1).AppendNull().Append(0).Build(), Streams.Strings("a", "b"));
        var second = Streams.Dictionary(Int8Type.Default, new Int8Array.Builder().Append(0).Build(), Streams.Strings("b"));
        var texts = (StringArray)Take(first, second);
        Assert.Equal(["b", "a", "b", null, "a"], Enumerable.Range(0, 5).Select(i => texts.GetString(i)));
    }

    [Fact]
    public void A_code_outside_its_dictionary_is_malformed()
    {
        var bad = Streams.Dictionary(Int8Type.Default, new Int8Array.Builder().Append(5).Append(0).Append(0).Build(), Streams.Strings("a"));
        Assert.True(Assert.Throws<IntakeException>(() => Take(bad, bad)).Malformed);
    }

    [Fact]
    public void What_fills_no_input_is_not_taken() =>
        Assert.Null(ArrowTake.Rows([new Date32Array.Builder().Append(DateTimeOffset.UnixEpoch).Build()], [(0, 0)], "c"));
}
