using Apache.Arrow;
using Apache.Arrow.Types;
using static ModelMonitor.Host.Tests.Scoring.OnnxFile;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>Which columns fill which inputs, and what becomes of nulls.</summary>
public sealed class InputTests : Fixture
{
    private static readonly IArrowType[] Numbers =
    [
        Int8Type.Default, Int16Type.Default, Int32Type.Default, Int64Type.Default,
        UInt8Type.Default, UInt16Type.Default, UInt32Type.Default, UInt64Type.Default,
        HalfFloatType.Default, FloatType.Default, DoubleType.Default,
    ];

    public static TheoryData<int, int> NumericInputs
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (var type in new[] { F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64 })
                foreach (var rank in new[] { 1, 2 })
                    data.Add(type, rank);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(NumericInputs))]
    public void A_numeric_input_takes_every_numeric_column(int type, int rank)
    {
        using var scorer = Open(Options(Cast(type, rank == 1 ? [-1] : [-1, 1])));
        foreach (var from in Numbers)
            Assert.Equal([0, 1, 100], Score(scorer, Batch(("a", Column(from, 0, 1, 100)))));
        Assert.Equal([1, 0], Score(scorer, Batch(("a", new BooleanArray.Builder().Append(true).Append(false).Build()))));
    }

    [Fact]
    public void Several_columns_of_different_types_make_one_tensor_in_the_configured_order()
    {
        foreach (var type in new[] { F32, F64, I64 })
        {
            var model = Options(
                Model([Tensor("x", type, -1, 3)], [Tensor("y", F32, -1, 1)],
                    [Node("Cast", ["x"], ["c"], Attribute("to", (long)F32)), Node("MatMul", ["c", "w"], ["y"])],
                    Weights("w", [3, 1], 100, 10, 1)),
                "a", "b", "c");
            var scores = Score(model, ("c", Column(Int8Type.Default, 3, 6)), ("a", Doubles(1, 4)), ("extra", Texts("x", "y")), ("b", Longs(2, 5)));
            Assert.Equal([123, 456], scores);
        }
    }

    [Fact]
    public void A_null_is_NaN_to_a_float_input()
    {
        var model = Options(Model([Tensor("x", F32, -1, 1)], [Tensor("y", F32, -1, 1)],
            [Node("IsNaN", ["x"], ["b"]), Node("Cast", ["b"], ["y"], Attribute("to", (long)F32))]));
        Assert.Equal([0, 1, 0], Score(model, ("a", Floats(1, null, 2))));
        Assert.Equal([0, 1], Score(model, ("a", Longs(1, null))));
        Assert.Equal([1, 1], Score(model, ("a", new NullArray(2))));
    }

    [Fact]
    public void A_null_leaves_the_row_of_an_integer_input_without_a_score_and_the_others_with_theirs()
    {
        var model = Options(Cast(I64, [-1, 1]));
        Assert.Equal([5, double.NaN, 7], Score(model, ("a", Longs(5, null, 7))));
        Assert.Equal([double.NaN, double.NaN], Score(model, ("a", new NullArray(2))));
    }

    [Fact]
    public void A_number_that_does_not_fit_an_integer_input_exactly_leaves_its_row_without_a_score()
    {
        Assert.Equal([2, double.NaN, double.NaN, double.NaN], Score(Options(Cast(I64, [-1, 1])), ("a", Doubles(2, 2.5, double.NaN, 1e300))));
        Assert.Equal([127, double.NaN, -128], Score(Options(Cast(I8, [-1, 1])), ("a", Longs(127, 300, -128))));
        Assert.Equal([double.NaN, 1], Score(Options(Cast(U64, [-1, 1])), ("a", Longs(-1, 1))));
    }

    [Fact]
    public void A_truth_input_takes_truth_values_and_0_and_1()
    {
        var model = Options(Cast(Truth, [-1, 1]));
        Assert.Equal([1, 0, double.NaN], Score(model, ("a", new BooleanArray.Builder().Append(true).Append(false).AppendNull().Build())));
        Assert.Equal([0, 1, double.NaN], Score(model, ("a", Longs(0, 1, 2))));
    }

    [Fact]
    public void A_text_input_takes_every_kind_of_text_column_and_a_null_leaves_its_row_without_a_score()
    {
        using var scorer = Open(Options(Model([Tensor("x", Str, -1, 1)], [Tensor("y", F32, -1, 1)],
            [Classic("LabelEncoder", ["x"], ["y"], Attributes("keys_strings", "ä", "b"), Attributes("values_floats", 1f, 2f), Attribute("default_float", -1f))])));

        var large = new LargeStringArray.Builder().Append("ä").AppendNull().Append("c").Build();
        var view = new StringViewArray.Builder().Append("ä").AppendNull().Append("c").Build();
        var codes = new Int8Array.Builder().Append(1).AppendNull().Append(0).Build();
        var coded = new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false), codes, Texts("c", "ä"));
        var codedNull = new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false),
            new Int8Array.Builder().Append(0).Append(1).Append(2).Build(), Texts("ä", null, "c"));
        foreach (var column in new IArrowArray[] { Texts("ä", null, "c"), large, view, coded, codedNull })
            Assert.Equal([1, double.NaN, -1], Score(scorer, Batch(("a", column))));

        var slice = Batch(("a", Texts("x", "b", "ä", null))).Slice(1, 3);
        Assert.Equal([2, 1, double.NaN], Score(scorer, slice));
        var codedSlice = Batch(("a", coded)).Slice(1, 2);
        Assert.Equal([double.NaN, -1], Score(scorer, codedSlice));

        var broken = new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false), new Int8Array.Builder().Append(7).Build(), Texts("ä"));
        Assert.Equal("column 'a': code 7 is not in its dictionary of 1", Refusal(() => Score(scorer, Batch(("a", broken)))));
    }

    [Fact]
    public void Columns_that_are_missing_twice_there_or_of_the_wrong_type_are_named_with_what_was_expected()
    {
        using var scorer = Open(Options(Model([Tensor("x", F32, -1, 2)], [Tensor("y", F32, -1, 2)], [Node("Identity", ["x"], ["y"])]), "a", "b"));
        Assert.Equal("column 'a', 'b' missing: input 'x' takes float; found columns 'A', 'c'",
            Refusal(() => Score(scorer, Batch(("A", Floats(1)), ("c", Floats(1))))));
        Assert.Equal("column 'b': input 'x' of type float takes numbers or truth values, found utf8",
            Refusal(() => Score(scorer, Batch(("a", Floats(1)), ("b", Texts("1"))))));
        Assert.Equal("column 'a': expected once for input 'x', found more than once",
            Refusal(() => Score(scorer, Batch(("a", Floats(1)), ("b", Floats(1)), ("a", Floats(1))))));

        using var text = Open(Options(Model([Tensor("x", Str, -1, 1)], [Tensor("y", F32, -1, 1)],
            [Classic("LabelEncoder", ["x"], ["y"], Attributes("keys_strings", "a"), Attributes("values_floats", 1f))])));
        Assert.Equal("column 'a': input 'x' of type string takes text, or a dictionary of text, found int64",
            Refusal(() => Score(text, Batch(("a", Longs(1))))));
    }

    [Fact]
    public void A_model_with_a_fixed_number_of_rows_is_fed_that_many()
    {
        var model = Options(Cast(F32, [4, 1]));
        Assert.Equal([0, 1, 2, 3, 4, 5], Score(model, ("a", Floats(0, 1, 2, 3, 4, 5))));
        Assert.Equal([7], Score(Options(Cast(F32, [1, 1])), ("a", Floats(7))));
    }

    private static byte[] Cast(int type, int[] shape) =>
        Model([Tensor("x", type, shape)], [Tensor("y", F32, shape)], [Node("Cast", ["x"], ["y"], Attribute("to", (long)F32))]);

    private static IArrowArray Column(IArrowType type, params int[] values) => type switch
    {
        Int8Type => new Int8Array.Builder().AppendRange(values.Select(value => (sbyte)value)).Build(),
        Int16Type => new Int16Array.Builder().AppendRange(values.Select(value => (short)value)).Build(),
        Int32Type => new Int32Array.Builder().AppendRange(values).Build(),
        Int64Type => new Int64Array.Builder().AppendRange(values.Select(value => (long)value)).Build(),
        UInt8Type => new UInt8Array.Builder().AppendRange(values.Select(value => (byte)value)).Build(),
        UInt16Type => new UInt16Array.Builder().AppendRange(values.Select(value => (ushort)value)).Build(),
        UInt32Type => new UInt32Array.Builder().AppendRange(values.Select(value => (uint)value)).Build(),
        UInt64Type => new UInt64Array.Builder().AppendRange(values.Select(value => (ulong)value)).Build(),
        HalfFloatType => new HalfFloatArray.Builder().AppendRange(values.Select(value => (Half)value)).Build(),
        FloatType => new FloatArray.Builder().AppendRange(values.Select(value => (float)value)).Build(),
        _ => new DoubleArray.Builder().AppendRange(values.Select(value => (double)value)).Build(),
    };
}
