using System.Text;
using Apache.Arrow;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Tests.Intake;

public class NdjsonReaderTests
{
    private static IReadOnlyList<RecordBatch> Read(string body, IntakeSchema? schema = null, ArrowLimits? limits = null) =>
        NdjsonReader.Read(Encoding.UTF8.GetBytes(body), schema ?? Decoding.Schema, limits ?? ArrowLimits.Request);

    private static DecodedBatch Decode(string body) => BatchDecoder.DecodePredictions(Assert.Single(Read(body)), Decoding.Schema);

    private static IntakeException Fault(string body, ArrowLimits? limits = null) => Assert.Throws<IntakeException>(() => Read(body, limits: limits));

    [Fact]
    public void Rows_decode_like_the_same_rows_in_Arrow()
    {
        DecodedBatch batch = Decode("""
            {"prediction_id":"a","timestamp":"1970-01-02T00:00:00Z","distance":1.5,"carrier":"UA","label":1}

            {"prediction_id":"b","timestamp":null,"distance":null}
            {"label":0,"carrier":"AA","distance":3,"timestamp":"1970-01-03","prediction_id":"c"}
            """);
        DecodedBatch arrow = BatchDecoder.DecodePredictions(Streams.Predictions(), Decoding.Schema);
        Assert.Equal(arrow.Ids, batch.Ids);
        Assert.Equal(arrow.Times, batch.Times);
        Assert.Equal(arrow.Labels, batch.Labels);
        Assert.Equal(((NumericColumn)arrow.Features[0]!).Values.ToArray(), ((NumericColumn)batch.Features[0]!).Values.ToArray());
        Assert.Equal([0, -1, 1], ((CategoryColumn)batch.Features[1]!).Codes.ToArray());
    }

    [Theory]
    [InlineData("1970-01-01T00:00:01.5", 1_500_000)]
    [InlineData("1970-01-01T00:00:00.1234569Z", 123_456)]
    [InlineData("1970-01-01T01:00:00+01:00", 0)]
    [InlineData("1970-01-01 00:00:01", 1_000_000)]
    [InlineData("1970-01-01 01:00:01.25+01:00", 1_250_000)]
    [InlineData("1969-12-31T23:59:59.9999999Z", -1)]
    public void Times_are_utc_unless_they_say_otherwise(string text, long micros) =>
        Assert.Equal([micros], Decode($$"""{"timestamp":"{{text}}"}""").Times!);

    [Fact]
    public void Ids_and_categories_are_the_same_as_number_and_as_text()
    {
        DecodedBatch batch = Decode("""
            {"prediction_id":508280,"carrier":1,"label":1.0}
            {"prediction_id":"508280","carrier":"1","label":"1"}
            {"prediction_id":18446744073709551615,"carrier":true,"label":false}
            """);
        Assert.Equal(batch.Ids![0], batch.Ids[1]);
        Assert.Equal(["1", "true"], ((CategoryColumn)batch.Features[1]!).Names);
        Assert.Equal([1, 1, 0], batch.Labels!);
    }

    [Fact]
    public void Unknown_properties_become_extra_columns_of_text()
    {
        RecordBatch batch = Assert.Single(Read("""
            {"distance":1,"note":"n\u00e9","deep":{"a":[1, 2]}}
            {"distance":2,"note":3.50}
            """));
        Assert.Equal(["distance", "note", "deep"], batch.Schema.FieldsList.Select(field => field.Name));
        Assert.Equal(["né", "3.50"], ColumnReader.ReadStrings(batch.Column(1), "note"));
        Assert.Equal(["{\"a\":[1, 2]}", null], ColumnReader.ReadStrings(batch.Column(2), "deep"));
        Assert.Equal(["note", "deep"], BatchDecoder.DecodePredictions(batch, Decoding.Schema).ExtraColumns);
    }

    [Fact]
    public void Many_rows_come_in_batches_of_one_schema_and_keep_their_order()
    {
        const int Rows = (2 * NdjsonReader.RowsPerBatch) + 5;
        var body = new StringBuilder();
        for (int row = 0; row < Rows; row++)
        {
            body.Append(row == Rows - 1 ? $$"""{"distance":{{row}},"carrier":"last","timestamp":"2001-01-01"}""" : $$"""{"distance":{{row}}}""").Append("\r\n");
        }

        IReadOnlyList<RecordBatch> batches = Read(body.ToString());
        Assert.Equal([NdjsonReader.RowsPerBatch, NdjsonReader.RowsPerBatch, 5], batches.Select(batch => batch.Length));
        List<DecodedBatch> decoded = batches.Select(batch => BatchDecoder.DecodePredictions(batch, Decoding.Schema)).ToList();
        Assert.All(decoded, batch => Assert.Empty(batch.MissingColumns));
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => (double)row), decoded.SelectMany(batch => ((NumericColumn)batch.Features[0]!).Values.ToArray()));
        Assert.All(((CategoryColumn)decoded[0].Features[1]!).Codes.ToArray(), code => Assert.Equal(-1, code));
        Assert.All(decoded[1].Times!, time => Assert.Equal(long.MinValue, time));
        Assert.Equal([-1, -1, -1, -1, 0], ((CategoryColumn)decoded[2].Features[1]!).Codes.ToArray());
    }

    [Theory]
    [InlineData("{\"distance\":\"1.5\"}", "line 1, property 'distance': expected a number, got a string")]
    [InlineData("{}\n{\"timestamp\":978307200}", "line 2, property 'timestamp': expected an ISO 8601 time in a string, got a number")]
    [InlineData("{\"timestamp\":\"yesterday\"}", "line 1, property 'timestamp': expected an ISO 8601 time, got another string")]
    [InlineData("{\"prediction_id\":1.5}", "line 1, property 'prediction_id': expected a string or an integer of 64 bits, got another number")]
    [InlineData("{\"carrier\":[1]}", "line 1, property 'carrier': expected a string, a number or a truth value, got an array")]
    [InlineData("\n\n[1]", "line 3: expected an object")]
    public void A_value_of_another_type_is_unprocessable_and_names_its_place(string body, string message)
    {
        IntakeException fault = Fault(body);
        Assert.Equal(message, fault.Message);
        Assert.False(fault.Malformed);
    }

    [Theory]
    [InlineData("{\"distance\":1,\"distance\":2}", "line 1, property 'distance': comes twice")]
    [InlineData("{\"distance\":null,\"distance\":null}", "line 1, property 'distance': comes twice")]
    [InlineData("{\"x\":1,\"\\u0078\":2}", "line 1, property 'x': comes twice")]
    [InlineData("{\"distance\":1", "line 1")]
    [InlineData("{\"distance\":1}{\"distance\":1}", "line 1")]
    [InlineData("{\"distance\":NaN}", "line 1")]
    [InlineData("{\"carrier\":\"\\ud800\"}", "line 1, property 'carrier': text that is not valid UTF-8")]
    [InlineData("{\"\\ud800\":1}", "line 1: text that is not valid UTF-8")]
    [InlineData("plain text", "line 1")]
    public void What_is_not_JSON_is_malformed(string body, string start)
    {
        IntakeException fault = Fault(body);
        Assert.StartsWith(start, fault.Message, StringComparison.Ordinal);
        Assert.True(fault.Malformed);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.True(Fault("{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}").Malformed);
        Assert.Single(Read("{\"x\":[[[[1]]]]}"));
    }

    [Fact]
    public void Rows_columns_and_cells_are_bounded()
    {
        Assert.Contains("3 rows", Fault("{}\n{}\n{}\n{}", new ArrowLimits { MaxRows = 3 }).Message, StringComparison.Ordinal);
        string wide = "{" + string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"c{i}\":1")) + "}";
        Assert.Contains("decoding takes", Fault(wide, new ArrowLimits { MaxDecodedBytes = 1 << 20 }).Message, StringComparison.Ordinal);
        Assert.Contains("100 different", Fault(wide, new ArrowLimits { MaxFields = 100 }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_body_has_no_batches_and_empty_rows_are_rows()
    {
        Assert.Empty(Read(string.Empty));
        Assert.Equal(2, Assert.Single(Read("\uFEFF{}\n{}")).Length);
    }

    [Fact]
    public void Without_a_positive_class_labels_are_numbers()
    {
        var regression = new IntakeSchema(new ColumnNames { Version = "v" }, [], null);
        RecordBatch batch = Assert.Single(Read("{\"label\":2.5,\"v\":\"7\"}\n{\"label\":true,\"v\":7}", regression));
        DecodedBatch decoded = BatchDecoder.DecodePredictions(batch, regression);
        Assert.Equal([2.5, 1], decoded.Labels!);
        Assert.Equal(["7", "7"], decoded.Versions!);
        Assert.Throws<IntakeException>(() => Read("{\"label\":\"yes\"}", regression));
    }
}
