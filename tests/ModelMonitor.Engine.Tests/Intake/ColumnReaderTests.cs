using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Core;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Tests.Intake;

public class ColumnReaderTests
{
    public static TheoryData<string> Numbers => [.. Columns.Numbers.Keys];

    public static TheoryData<string> Texts => [.. Columns.Texts.Keys];

    public static TheoryData<string> Integers => [.. Columns.Integers.Keys];

    private static double[] Doubles(IArrowArray column)
    {
        double[] into = new double[column.Length];
        ColumnReader.ReadDoubles(column, "x", into);
        return into;
    }

    private static string?[] Names(IArrowArray column)
    {
        CategoryColumn categories = ColumnReader.ReadCategories(column, "x");
        Assert.Equal(categories.Names.Count, categories.Names.Distinct().Count());
        return categories.Codes.ToArray().Select(code => code < 0 ? null : categories.Names[code]).ToArray();
    }

    private static string Unfit(Action read)
    {
        var fault = Assert.Throws<IntakeException>(read);
        Assert.False(fault.Malformed);
        return fault.Message;
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Every_type_of_number_reads_as_float64_whatever_lies_beneath_its_nulls(string type) =>
        Assert.Equal([1, double.NaN, 2, 1], Doubles(Columns.Numbers[type]));

    [Theory]
    [MemberData(nameof(Integers))]
    public void Every_type_of_integer_reads_with_its_validity(string type)
    {
        long[] values = new long[4];
        bool[] valid = new bool[4];
        ColumnReader.ReadInt64s(Columns.Integers[type], "x", values, valid);
        Assert.Equal([1, 0, 2, 1], values);
        Assert.Equal([true, false, true, true], valid);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Every_type_of_category_reads_as_the_same_texts(string type)
    {
        Assert.Equal(["1", null, "2", "1"], Names(Columns.Texts[type]));
        Assert.Equal(["1", null, "2", "1"], ColumnReader.ReadStrings(Columns.Texts[type], "x"));
        Assert.Equal([1, double.NaN, 0, 1], ColumnReader.ReadLabels(Columns.Texts[type], "x", new LabelValue("1")));
    }

    [Theory]
    [MemberData(nameof(Integers))]
    public void An_id_is_the_same_as_integer_and_as_text(string type) =>
        Assert.Equal(ColumnReader.ReadIds(Streams.Strings("1", null, "2", "1"), "id"), ColumnReader.ReadIds(Columns.Integers[type], "id"));

    [Fact]
    public void A_null_id_is_0_and_no_other_is()
    {
        UInt128[] ids = ColumnReader.ReadIds(Streams.Strings("508280", null, ""), "id");
        Assert.Equal(UInt128.Zero, ids[1]);
        Assert.All([ids[0], ids[2]], id => Assert.NotEqual(UInt128.Zero, id));
        Assert.Equal(ids[0], ColumnReader.ReadIds(new Int64Array.Builder().Append(508280).Build(), "id")[0]);
    }

    [Fact]
    public void Truth_values_are_1_and_0_or_their_words()
    {
        BooleanArray column = new BooleanArray.Builder().Append(true).AppendNull().Append(false).Build();
        Assert.Equal([1, double.NaN, 0], Doubles(column));
        Assert.Equal(["true", null, "false"], Names(column));
        Assert.Equal([0, double.NaN, 1], ColumnReader.ReadLabels(column, "y", LabelValue.From(false)));
        Assert.Equal([1, double.NaN, 0], ColumnReader.ReadLabels(column, "y", null));
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("true", 1)]
    [InlineData("0", 0)]
    [InlineData("false", 0)]
    public void A_label_of_truth_values_matches_a_class_written_as_word_or_number(string positive, double whereTrue)
    {
        BooleanArray column = new BooleanArray.Builder().Append(true).AppendNull().Append(false).Build();
        double[] expected = [whereTrue, double.NaN, 1 - whereTrue];
        Assert.Equal(expected, ColumnReader.ReadLabels(column, "y", new LabelValue(positive)));
        var words = new DictionaryArray(new DictionaryType(Int8Type.Default, BooleanType.Default, false), new Int8Array.Builder().Append(0).AppendNull().Append(2).Build(), column);
        Assert.Equal(expected, ColumnReader.ReadLabels(words, "y", new LabelValue(positive)));
        Assert.Equal([0], ColumnReader.ReadLabels(Streams.Strings("true"), "y", new LabelValue("1")));
    }

    [Fact]
    public void NaN_is_no_category_and_no_label()
    {
        DoubleArray column = Streams.Doubles(double.NaN, 1.5, -0.0, 1e300);
        Assert.Equal([null, "1.5", "0", "1E+300"], Names(column));
        Assert.Equal([double.NaN, 1, 0, 0], ColumnReader.ReadLabels(column, "y", new LabelValue("1.5")));
    }

    [Theory]
    [InlineData(TimeUnit.Second, 1L)]
    [InlineData(TimeUnit.Millisecond, 1_000L)]
    [InlineData(TimeUnit.Microsecond, 1_000_000L)]
    [InlineData(TimeUnit.Nanosecond, 1_000_000_000L)]
    public void Timestamps_of_any_unit_and_zone_read_as_microseconds_of_utc(TimeUnit unit, long perSecond)
    {
        long[] ticks = [3 * perSecond, long.MaxValue, -1 * perSecond, 0];
        byte[] bytes = ticks.SelectMany(BitConverter.GetBytes).ToArray();
        foreach (string? zone in new[] { null, "UTC", "America/Chicago", "+05:00" })
        {
            IArrowArray column = Columns.Fixed(new TimestampType(unit, zone), bytes);
            Assert.Equal([3_000_000, long.MinValue, -1_000_000, 0], ColumnReader.ReadTimes(column, "ts"));
            Assert.Equal([3, double.NaN, -1, 0], Doubles(column));
        }
    }

    [Fact]
    public void Nanoseconds_are_rounded_down_before_1970_too()
    {
        byte[] bytes = new long[] { 1999, 0, -1, -1000 }.SelectMany(BitConverter.GetBytes).ToArray();
        Assert.Equal([1, long.MinValue, -1, -1], ColumnReader.ReadTimes(Columns.Fixed(new TimestampType(TimeUnit.Nanosecond, (string?)null), bytes), "ts"));
    }

    [Fact]
    public void Dates_are_midnight_in_utc()
    {
        IArrowArray days = Columns.Fixed(Date32Type.Default, new int[] { 1, 0, -1, 0 }.SelectMany(BitConverter.GetBytes).ToArray());
        IArrowArray millis = Columns.Fixed(Date64Type.Default, new long[] { 86_400_000, 0, -86_400_000, 0 }.SelectMany(BitConverter.GetBytes).ToArray());
        foreach (IArrowArray column in new[] { days, millis, Columns.Dictionary(days) })
        {
            Assert.Equal([86_400_000_000, long.MinValue, -86_400_000_000, 0], ColumnReader.ReadTimes(column, "ts"));
            Assert.Equal([86_400, double.NaN, -86_400, 0], Doubles(column));
        }
    }

    [Fact]
    public void A_time_beyond_the_range_is_a_fault_of_its_row()
    {
        byte[] bytes = new long[] { 0, 0, long.MaxValue, 0 }.SelectMany(BitConverter.GetBytes).ToArray();
        Assert.Contains("'ts': row 2", Unfit(() => ColumnReader.ReadTimes(Columns.Fixed(new TimestampType(TimeUnit.Second, (string?)null), bytes), "ts")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_converted_says_column_expected_and_got()
    {
        Assert.Equal("column 'x': expected numbers, got utf8", Unfit(() => Doubles(Streams.Strings("1"))));
        Assert.Equal("column 'x': expected timestamps or dates, got int32", Unfit(() => ColumnReader.ReadTimes(Streams.Ints(1), "x")));
        Assert.Equal("column 'x': expected ids (strings or integers), got double", Unfit(() => ColumnReader.ReadIds(Streams.Doubles(1), "x")));
        Assert.Contains("expected categories", Unfit(() => ColumnReader.ReadCategories(Columns.Fixed(Date32Type.Default, new byte[16]), "x")), StringComparison.Ordinal);
        Assert.Contains("expected integers, got float", Unfit(() => ColumnReader.ReadInt64s(Columns.Numbers["float"], "x", new long[4], new bool[4])), StringComparison.Ordinal);
        Assert.Contains("got binary", Unfit(() => Doubles(new BinaryArray.Builder().Append((byte)1).Build())), StringComparison.Ordinal);
    }

    [Fact]
    public void Null_dictionary_entries_and_unused_ones_do_no_harm()
    {
        DictionaryArray column = Streams.Dictionary(Int32Type.Default, Streams.Ints(0, 1, null, 3), Streams.Strings("a", null, "unused", "a"));
        Assert.Equal(["a", null, null, "a"], Names(column));
    }

    [Fact]
    public void Of_a_large_dictionary_only_what_is_referred_to_is_read()
    {
        StringArray values = Streams.Strings(Enumerable.Range(0, 50_000).Select(i => $"v{i}").ToArray());
        CategoryColumn categories = ColumnReader.ReadCategories(Streams.Dictionary(Int32Type.Default, Streams.Ints(49_999, 7, null, 7), values), "x");
        Assert.Equal(["v49999", "v7"], categories.Names);
        Assert.Equal([0, 1, -1, 1], categories.Codes.ToArray());
    }

    [Fact]
    public void Dictionary_indices_out_of_range_are_malformed_of_every_index_type()
    {
        foreach ((IArrowType type, byte[] raw) in new (IArrowType, byte[])[]
        {
            (Int8Type.Default, [0xFF]), (UInt8Type.Default, [2]), (Int16Type.Default, [0, 0x80]), (UInt16Type.Default, [2, 0]),
            (Int32Type.Default, [0, 0, 0, 0x80]), (UInt32Type.Default, [0xFF, 0xFF, 0xFF, 0xFF]),
            (Int64Type.Default, [1, 0, 0, 0, 1, 0, 0, 0]), (UInt64Type.Default, [1, 0, 0, 0, 0, 0, 0, 0x80]),
        })
        {
            IArrowArray indices = ArrowArrayFactory.BuildArray(new ArrayData(type, 1, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(raw)]));
            Assert.True(Assert.Throws<IntakeException>(() => Names(Streams.Dictionary(type, indices, Streams.Strings("a", "b")))).Malformed);
        }
    }

    [Fact]
    public void Short_buffers_and_wild_offsets_are_malformed()
    {
        IArrowArray shortValues = ArrowArrayFactory.BuildArray(new ArrayData(Int64Type.Default, 3, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(new byte[16])]));
        byte[] offsets = new int[] { 0, 900 }.SelectMany(BitConverter.GetBytes).ToArray();
        IArrowArray wild = ArrowArrayFactory.BuildArray(new ArrayData(StringType.Default, 1, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(offsets), new ArrowBuffer(new byte[4])]));
        byte[] view = new int[] { 20, 0, 3, 0 }.SelectMany(BitConverter.GetBytes).ToArray();
        IArrowArray lost = ArrowArrayFactory.BuildArray(new ArrayData(StringViewType.Default, 1, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(view)]));
        Assert.True(Assert.Throws<IntakeException>(() => Doubles(shortValues)).Malformed);
        Assert.True(Assert.Throws<IntakeException>(() => Names(wild)).Malformed);
        Assert.True(Assert.Throws<IntakeException>(() => Names(lost)).Malformed);
    }

    [Fact]
    public void Different_invalid_texts_of_one_name_are_one_category()
    {
        StringArray column = new StringArray.Builder().Append(new byte[] { 0xFF }.AsSpan()).Append(new byte[] { 0xFE }.AsSpan()).Build();
        Assert.Equal(["\uFFFD", "\uFFFD"], Names(column));
    }

    [Fact]
    public void Long_texts_by_view_read_whole()
    {
        StringViewArray column = new StringViewArray.Builder().Append("a text of more than twelve bytes").AppendNull().Append("short").Build();
        Assert.Equal(["a text of more than twelve bytes", null, "short"], Names(column));
    }

    [Fact]
    public void A_column_of_nothing_but_nulls_is_missing_everywhere()
    {
        var column = new NullArray(2);
        Assert.Equal([double.NaN, double.NaN], Doubles(column));
        Assert.Equal([null, null], Names(column));
        Assert.Equal([UInt128.Zero, UInt128.Zero], ColumnReader.ReadIds(column, "id"));
        Assert.Equal([long.MinValue, long.MinValue], ColumnReader.ReadTimes(column, "ts"));
    }
}
