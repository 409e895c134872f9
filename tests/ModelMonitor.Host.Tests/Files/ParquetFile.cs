using Apache.Arrow;
using Apache.Arrow.Types;
using Parquet;
using Parquet.Schema;
using ArrowField = Apache.Arrow.Field;
using ParquetField = Parquet.Schema.Field;

namespace ModelMonitor.Host.Tests.Files;

/// <summary>Writes record batches as a Parquet file, one row group each: the same data in the other format.</summary>
internal static class ParquetFile
{
    public static async Task WriteAsync(string path, IReadOnlyList<RecordBatch> batches, CompressionMethod compression = CompressionMethod.Snappy, DateTimeTimeUnit unit = DateTimeTimeUnit.Micros)
    {
        var schema = new ParquetSchema(batches[0].Schema.FieldsList.Select(f => FieldOf(f, unit)).ToArray());
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = compression, DictionaryEncodingThreshold = 0.5 });
        foreach (var batch in batches)
        {
            using var group = writer.CreateRowGroup();
            for (var i = 0; i < batch.ColumnCount; i++) await WriteAsync(group, schema.DataFields[i], batch.Column(i));
        }
    }

    private static ParquetField FieldOf(ArrowField field, DateTimeTimeUnit unit) => field.DataType switch
    {
        DictionaryType or StringType or LargeStringType => new DataField<string>(field.Name),
        BooleanType => new DataField<bool?>(field.Name),
        Int8Type => new DataField<sbyte?>(field.Name),
        Int16Type => new DataField<short?>(field.Name),
        Int32Type => new DataField<int?>(field.Name),
        Int64Type => new DataField<long?>(field.Name),
        FloatType => new DataField<float?>(field.Name),
        DoubleType => new DataField<double?>(field.Name),
        TimestampType => new DateTimeDataField(field.Name, DateTimeFormat.Timestamp, true, unit, isNullable: true),
        var other => throw new NotSupportedException($"{field.Name}: {other.Name}"),
    };

    private static Task WriteAsync(ParquetRowGroupWriter group, DataField field, IArrowArray array) => array switch
    {
        DictionaryArray d => group.WriteAsync(field, Enumerable.Range(0, d.Length).Select(i => Text(d, i)).ToArray()!),
        StringArray a => group.WriteAsync(field, Enumerable.Range(0, a.Length).Select(i => a.GetString(i)).ToArray()),
        TimestampArray a => WriteAsync(group, field, [.. Enumerable.Range(0, a.Length).Select(i => a.GetTimestamp(i)?.UtcDateTime)]),
        BooleanArray a => WriteAsync<bool>(group, field, [.. a]),
        Int8Array a => WriteAsync<sbyte>(group, field, [.. a]),
        Int16Array a => WriteAsync<short>(group, field, [.. a]),
        Int32Array a => WriteAsync<int>(group, field, [.. a]),
        Int64Array a => WriteAsync<long>(group, field, [.. a]),
        FloatArray a => WriteAsync<float>(group, field, [.. a]),
        DoubleArray a => WriteAsync<double>(group, field, [.. a]),
        _ => throw new NotSupportedException($"{field.Name}: {array.Data.DataType.Name}"),
    };

    private static Task WriteAsync<T>(ParquetRowGroupWriter group, DataField field, T?[] values)
        where T : struct => group.WriteAsync<T>(field, values);

    private static string? Text(DictionaryArray array, int row)
    {
        var index = array.Indices switch { Int32Array i => i.GetValue(row), Int16Array i => i.GetValue(row), Int8Array i => i.GetValue(row), _ => throw new NotSupportedException() };
        return index is { } at ? ((StringArray)array.Dictionary).GetString(at) : null;
    }
}
