using Apache.Arrow;
using Apache.Arrow.Types;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using ArrowField = Apache.Arrow.Field;
using ParquetField = Parquet.Schema.Field;

namespace ModelMonitor.Host.Files;

/// <summary>One top-level column of a Parquet file and how it becomes Arrow arrays.</summary>
/// <remarks>
/// Integers, floats and truth values keep their type; text becomes UTF-8; timestamps of every unit, INT96 too, microseconds (rounded down);
/// dates days; times of day keep their unit; decimals float64, unscaled value / 10^scale, as Arrow's decimals; UUIDs text. Other bytes and nested columns have no meaning here.
/// </remarks>
internal abstract class ParquetColumn(ArrowField field)
{
    private static readonly TimestampType s_utc = new(TimeUnit.Microsecond, "UTC");

    public ArrowField Field { get; } = field;

    public static ParquetColumn Of(ParquetField field) => field is DataField { MaxRepetitionLevel: 0, IsArray: false } data ? OfData(data) : new UnreadColumn(field.Name, new ListType(NullType.Default));

    /// <summary>The column's part of one row group, in parts of <see cref="ParquetBatches.MostRows"/> rows.</summary>
    public abstract IArrowArray[] Read(ParquetRowGroupReader group, int rows);

    private static ParquetColumn OfData(DataField field) => field switch
    {
        TimeDataField time when field.ClrType == typeof(int) => new FixedColumn<int, int>(field, new Time32Type(TimeUnit.Millisecond), v => v),
        TimeDataField time when field.ClrType == typeof(long) => new FixedColumn<long, long>(field, new Time64Type(time.Precision == TimeUnitPrecision.Nanos ? TimeUnit.Nanosecond : TimeUnit.Microsecond), v => v),
        DateTimeDataField { DateTimeFormat: DateTimeFormat.Date } => new FixedColumn<DateTime, int>(field, Date32Type.Default, v => (int)Math.Floor((v - DateTime.UnixEpoch).TotalDays)),
        DateTimeDataField { DateTimeFormat: DateTimeFormat.Timestamp, IsAdjustedToUTC: false } => new FixedColumn<DateTime, long>(field, new TimestampType(TimeUnit.Microsecond, (string?)null), Micros),
        _ => OfClr(field),
    };

    private static ParquetColumn OfClr(DataField field) => field.ClrType switch
    {
        var t when t == typeof(sbyte) => Same<sbyte>(field, Int8Type.Default),
        var t when t == typeof(short) => Same<short>(field, Int16Type.Default),
        var t when t == typeof(int) => Same<int>(field, Int32Type.Default),
        var t when t == typeof(long) => Same<long>(field, Int64Type.Default),
        var t when t == typeof(byte) => Same<byte>(field, UInt8Type.Default),
        var t when t == typeof(ushort) => Same<ushort>(field, UInt16Type.Default),
        var t when t == typeof(uint) => Same<uint>(field, UInt32Type.Default),
        var t when t == typeof(ulong) => Same<ulong>(field, UInt64Type.Default),
        var t when t == typeof(float) => Same<float>(field, FloatType.Default),
        var t when t == typeof(double) => Same<double>(field, DoubleType.Default),
        var t when t == typeof(DateTime) => new FixedColumn<DateTime, long>(field, s_utc, Micros),
        var t when t == typeof(DateOnly) => new FixedColumn<DateOnly, int>(field, Date32Type.Default, v => v.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber),
        var t when t == typeof(BigDecimal) => new FixedColumn<BigDecimal, double>(field, DoubleType.Default, v => (double)v.UnscaledValue / Math.Pow(10, v.Scale)),
        var t when t == typeof(decimal) => new FixedColumn<decimal, double>(field, DoubleType.Default, v => (double)v),
        var t when t == typeof(bool) => new BoolColumn(field),
        var t when t == typeof(ReadOnlyMemory<char>) => new TextColumn<ReadOnlyMemory<char>>(field, v => v),
        var t when t == typeof(Guid) => new TextColumn<Guid>(field, v => v.ToString("D").AsMemory()),
        _ => new UnreadColumn(field.Name, BinaryType.Default),
    };

    private static FixedColumn<T, T> Same<T>(DataField field, IArrowType type)
        where T : unmanaged => new(field, type, v => v);

    /// <summary>The clock reading as it is stored: the kind that the library gives it says nothing.</summary>
    private static long Micros(DateTime time)
    {
        var ticks = time.Ticks - DateTime.UnixEpoch.Ticks;
        return (ticks / TimeSpan.TicksPerMicrosecond) - (ticks % TimeSpan.TicksPerMicrosecond < 0 ? 1 : 0);
    }
}
