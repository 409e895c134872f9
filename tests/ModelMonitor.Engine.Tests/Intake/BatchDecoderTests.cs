using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Tests.Intake;

public class BatchDecoderTests
{
    [Fact]
    public void Predictions_decode_column_by_column()
    {
        DecodedBatch batch = BatchDecoder.DecodePredictions(Streams.Predictions(), Decoding.Schema);
        Assert.Equal(3, batch.Rows);
        Assert.Equal([1.5, double.NaN, 3], ((NumericColumn)batch.Features[0]!).Values.ToArray());
        var carrier = (CategoryColumn)batch.Features[1]!;
        Assert.Equal(["UA", null, "AA"], carrier.Codes.ToArray().Select(code => code < 0 ? null : carrier.Names[code]));
        Assert.Equal([86_400_000_000, long.MinValue, 172_800_000_000], batch.Times!);
        Assert.Equal([1, double.NaN, 0], batch.Labels!);
        Assert.Equal(3, batch.Ids!.Distinct().Count());
        Assert.Null(batch.LoggedScores);
        Assert.Null(batch.LabelTimes);
        Assert.Null(batch.Versions);
        Assert.Empty(batch.ExtraColumns);
        Assert.Empty(batch.MissingColumns);
    }

    [Fact]
    public void Extra_and_missing_columns_are_told_and_ignored_ones_are_not()
    {
        IntakeSchema schema = Decoding.Schema with
        {
            Features = [new IntakeFeature("gone", FeatureKind.Numeric)],
            Ignored = ["carrier"],
        };
        DecodedBatch batch = BatchDecoder.DecodePredictions(Streams.Predictions(), schema);
        Assert.Null(batch.Features[0]);
        Assert.Equal(["gone"], batch.MissingColumns);
        Assert.Equal(["distance"], batch.ExtraColumns);
        Assert.Empty(BatchDecoder.DecodePredictions(Streams.Predictions(), schema with { Features = [] }).ExtraColumns);
    }

    [Fact]
    public void Scores_versions_and_label_times_are_read_by_their_names()
    {
        var schema = new IntakeSchema(new ColumnNames { Id = null, Label = "y", LabelTime = "known", Score = "p", Version = "v" }, [], null);
        RecordBatch rows = Streams.Batch(
            ("p", Columns.Of<float>(FloatType.Default)), ("v", Columns.Texts["dictionary of utf8"]), ("y", Columns.Of<double>(DoubleType.Default)),
            ("known", Columns.Fixed(Date32Type.Default, new byte[16])));
        DecodedBatch batch = BatchDecoder.DecodePredictions(rows, schema);
        Assert.Equal([1, double.NaN, 2, 1], batch.LoggedScores!);
        Assert.Equal(["1", null, "2", "1"], batch.Versions!);
        Assert.Equal([1, double.NaN, 2, 1], batch.Labels!);
        Assert.Equal([0, long.MinValue, 0, 0], batch.LabelTimes!);
        Assert.Null(batch.Ids);
    }

    [Theory]
    [InlineData("distance", "column 'distance': expected numbers, got utf8")]
    [InlineData("timestamp", "column 'timestamp': expected timestamps or dates, got utf8")]
    public void A_string_where_another_type_is_due_is_unprocessable(string name, string message)
    {
        var fault = Assert.Throws<IntakeException>(() => BatchDecoder.DecodePredictions(Streams.Batch((name, Streams.Strings("1"))), Decoding.Schema));
        Assert.Equal(message, fault.Message);
        Assert.False(fault.Malformed);
    }

    [Fact]
    public void A_name_that_comes_twice_matters_only_where_it_is_looked_for()
    {
        Assert.Equal(["x"], BatchDecoder.DecodePredictions(Streams.Batch(("x", Streams.Ints(1)), ("x", Streams.Ints(2))), Decoding.Schema).ExtraColumns);
        RecordBatch twice = Streams.Batch(("distance", Streams.Ints(1)), ("distance", Streams.Ints(2)));
        Assert.False(Assert.Throws<IntakeException>(() => BatchDecoder.DecodePredictions(twice, Decoding.Schema)).Malformed);
    }

    [Fact]
    public void Labels_need_an_id_and_a_label()
    {
        DecodedLabels labels = BatchDecoder.DecodeLabels(Streams.Predictions(), Decoding.Schema);
        Assert.Equal([1, double.NaN, 0], labels.Labels);
        Assert.Null(labels.LabelTimes);
        var fault = Assert.Throws<IntakeException>(() => BatchDecoder.DecodeLabels(Streams.Batch(("label", Streams.Ints(1))), Decoding.Schema));
        Assert.Equal("column 'prediction_id': expected the id, got no such column", fault.Message);
        Assert.False(fault.Malformed);
        Assert.Throws<IntakeException>(() => BatchDecoder.DecodeLabels(Streams.Batch(("prediction_id", Streams.Ints(1))), Decoding.Schema));
    }

    [Fact]
    public void Types_are_watched_as_categories_as_numbers_or_not_at_all()
    {
        Assert.All([StringType.Default, LargeStringType.Default, StringViewType.Default, BooleanType.Default, Columns.Texts["dictionary of utf8"].Data.DataType],
            (IArrowType type) => Assert.Equal(FeatureKind.Categorical, BatchDecoder.KindOf(type)));
        Assert.All(Columns.Numbers.Values, column => Assert.Equal(FeatureKind.Numeric, BatchDecoder.KindOf(column.Data.DataType)));
        Assert.Equal(FeatureKind.Numeric, BatchDecoder.KindOf(new TimestampType(TimeUnit.Second, "UTC")));
        Assert.All([BinaryType.Default, new ListType(Int32Type.Default), new StructType([new Field("a", Int32Type.Default, true)]), NullType.Default, new FixedSizeBinaryType(16)],
            (IArrowType type) => Assert.Null(BatchDecoder.KindOf(type)));
    }
}
