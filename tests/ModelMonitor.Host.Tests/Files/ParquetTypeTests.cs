using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Files;
using Parquet;
using Parquet.Schema;
using Parquet.Serialization;

namespace ModelMonitor.Host.Tests.Files;

/// <summary>What each Parquet type becomes, with nulls between the values.</summary>
public sealed class ParquetTypeTests : IDisposable
{
    private static readonly DateTime s_before1970 = new DateTime(1969, 12, 31, 23, 59, 59, DateTimeKind.Utc).AddTicks(9_999_990);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-parquet-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public Task Whole_numbers_keep_their_width_and_their_nulls() => Numbers(
        (new DataField<sbyte?>("v"), Write<sbyte>(-5, null, 7), Int8Type.Default, [-5, double.NaN, 7]),
        (new DataField<short?>("v"), Write<short>(-5, null, 7), Int16Type.Default, [-5, double.NaN, 7]),
        (new DataField<int>("v"), Plain(1, 2, int.MaxValue), Int32Type.Default, [1, 2, int.MaxValue]),
        (new DataField<long?>("v"), Write<long>(null, -1L << 40, null), Int64Type.Default, [double.NaN, -1L << 40, double.NaN]),
        (new DataField<byte?>("v"), Write<byte>(250, null, 0), UInt8Type.Default, [250, double.NaN, 0]),
        (new DataField<ushort?>("v"), Write<ushort>(65_535, null, 0), UInt16Type.Default, [65_535, double.NaN, 0]),
        (new DataField<uint?>("v"), Write<uint>(uint.MaxValue, null, 0), UInt32Type.Default, [uint.MaxValue, double.NaN, 0]),
        (new DataField<ulong>("v"), Plain<ulong>(0, 1, 1UL << 63), UInt64Type.Default, [0, 1, 9223372036854775808.0]));

    [Fact]
    public Task Floats_and_truth_values_keep_their_type() => Numbers(
        (new DataField<float?>("v"), Write<float>(0.1f, null, float.NaN), FloatType.Default, [0.1f, double.NaN, double.NaN]),
        (new DataField<double?>("v"), Write<double>(null, 0.1, double.NegativeInfinity), DoubleType.Default, [double.NaN, 0.1, double.NegativeInfinity]),
        (new DataField<bool?>("v"), Write<bool>(true, null, false), BooleanType.Default, [1, double.NaN, 0]));

    [Fact]
    public Task Decimals_become_the_nearest_float64() => Numbers(
        (new DecimalDataField("v", 9, 2, isNullable: true), Write<decimal>(1.25m, null, -19.99m), DoubleType.Default, [1.25, double.NaN, -19.99]),
        (new DecimalDataField("v", 18, 4), Plain(0.1m, -2.5m, 123456789.1234m), DoubleType.Default, [0.1, -2.5, 123456789.1234]),
        (new DecimalDataField("v", 28, 10), Plain(0.3m, 1e-10m, 7m), DoubleType.Default, [0.3, 1e-10, 7]));

    [Theory]
    [InlineData(DateTimeTimeUnit.Millis, -1_000)]
    [InlineData(DateTimeTimeUnit.Micros, -1)]
    [InlineData(DateTimeTimeUnit.Nanos, -1)]
    public async Task Timestamps_of_every_unit_become_microseconds_of_UTC(DateTimeTimeUnit unit, long justBefore1970)
    {
        var time = new DateTime(2024, 2, 29, 12, 30, 45, 123, DateTimeKind.Utc);
        foreach (var adjusted in new[] { true, false })
        {
            var column = await ReadAsync(new DateTimeDataField("v", DateTimeFormat.Timestamp, adjusted, unit, isNullable: true), Write<DateTime>(s_before1970, null, time));
            Assert.Equal([justBefore1970, long.MinValue, Core.Instant.From(time)], ColumnReader.ReadTimes(column, "v"));
        }
    }

    [Fact]
    public async Task INT96_and_dates_are_times_too()
    {
        var time = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        var old = await ReadAsync(new DateTimeDataField("v", DateTimeFormat.Impala, isNullable: true), Write<DateTime>(time, null, DateTime.UnixEpoch));
        Assert.Equal([Core.Instant.From(time), long.MinValue, 0], ColumnReader.ReadTimes(old, "v"));
        var days = await ReadAsync(new DateTimeDataField("v", DateTimeFormat.Date, isNullable: true), Write<DateTime>(time.Date, null, new DateTime(1969, 12, 30, 0, 0, 0, DateTimeKind.Utc)));
        Assert.Equal([Core.Instant.From(time.Date), long.MinValue, -2 * Core.Instant.Day], ColumnReader.ReadTimes(days, "v"));
    }

    [Fact]
    public async Task Text_is_read_plain_and_from_a_dictionary_with_nulls_and_empty_text_apart()
    {
        string?[] plain = ["ü", null, "", "€uro", "x"];
        string?[] repeated = [.. Enumerable.Range(0, 70_000).Select(i => i % 7 == 0 ? null : i % 2 == 0 ? "even" : "odd")];
        foreach (var texts in new[] { plain, repeated })
        {
            var read = (await ReadAllAsync(new DataField<string>("v"), (group, field) => group.WriteAsync(field, texts!))).SelectMany(c => ColumnReader.ReadStrings(c, "v")).ToArray();
            Assert.Equal(texts, read);
        }
    }

    [Fact]
    public async Task A_row_group_is_given_out_in_parts_that_together_are_its_rows()
    {
        var values = Enumerable.Range(0, (2 * ParquetBatches.MostRows) + 17).Select(i => i % 3 == 0 ? (int?)null : i).ToArray();
        var parts = await ReadAllAsync(new DataField<int?>("v"), Write(values));
        Assert.Equal([ParquetBatches.MostRows, ParquetBatches.MostRows, 17], parts.Select(p => p.Length));
        Assert.Equal(values, parts.SelectMany(p => (Int32Array)p));
    }

    [Fact]
    public async Task A_nested_column_is_ignored_unless_it_is_needed_and_then_named()
    {
        var path = Path.Combine(_folder.FullName, "nested.parquet");
        await using (var stream = File.Create(path))
            await ParquetSerializer.SerializeAsync([new Nested { id = 1, tags = [1, 2], place = new() { x = 1.5 }, raw = [1] }, new Nested { id = 2, tags = [], place = null, raw = [2] }], stream, cancellationToken: TestContext.Current.CancellationToken);
        var batch = Assert.Single(DataFile.ReadAll(path));
        Assert.Equal(["id", "tags", "place", "raw"], batch.Schema.FieldsList.Select(f => f.Name));
        Assert.Equal([1.0, 2.0], Doubles(batch.Column("id")));
        Assert.All(new[] { "tags", "place", "raw" }, name => Assert.Null(BatchDecoder.KindOf(batch.Schema.GetFieldByName(name).DataType)));
        Assert.Contains("column 'tags': expected numbers, got list", Assert.Throws<IntakeException>(() => Doubles(batch.Column("tags"), "tags")).Message, StringComparison.Ordinal);
        Assert.Contains("column 'raw': expected numbers, got binary", Assert.Throws<IntakeException>(() => Doubles(batch.Column("raw"), "raw")).Message, StringComparison.Ordinal);
    }

#pragma warning disable IDE1006, SA1300 // Columns are called as properties are.
    private sealed class Nested
    {
        public long id { get; set; }

        public List<int>? tags { get; set; }

        public Place? place { get; set; }

        public byte[]? raw { get; set; }
    }

    private sealed class Place
    {
        public double x { get; set; }
    }
#pragma warning restore IDE1006, SA1300

    private async Task Numbers(params (DataField Field, Func<ParquetRowGroupWriter, DataField, Task> Write, IArrowType Type, double[] Expected)[] cases)
    {
        foreach (var (field, write, type, expected) in cases)
        {
            var column = await ReadAsync(field, write);
            Assert.Equal(type.TypeId, column.Data.DataType.TypeId);
            Assert.Equal(expected, Doubles(column));
        }
    }

    private static double[] Doubles(IArrowArray column, string name = "v")
    {
        var values = new double[column.Length];
        ColumnReader.ReadDoubles(column, name, values);
        return values;
    }

    private static Func<ParquetRowGroupWriter, DataField, Task> Write<T>(params T?[] values)
        where T : struct => (group, field) => group.WriteAsync<T>(field, values);

    private static Func<ParquetRowGroupWriter, DataField, Task> Plain<T>(params T[] values)
        where T : struct => (group, field) => group.WriteAsync<T>(field, values);

    private async Task<IArrowArray> ReadAsync(DataField field, Func<ParquetRowGroupWriter, DataField, Task> write) => Assert.Single(await ReadAllAsync(field, write));

    private async Task<IReadOnlyList<IArrowArray>> ReadAllAsync(DataField field, Func<ParquetRowGroupWriter, DataField, Task> write)
    {
        var path = Path.Combine(_folder.FullName, Guid.NewGuid() + ".data");
        var schema = new ParquetSchema(field);
        await using (var stream = File.Create(path))
        await using (var writer = await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { DictionaryEncodingThreshold = 0.5 }))
        {
            using var group = writer.CreateRowGroup();
            await write(group, schema.DataFields[0]);
        }

        return [.. DataFile.ReadAll(path).Select(b => b.Column(0))];
    }
}
