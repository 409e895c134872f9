using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Intake;

/// <summary>What Arrow types mean to the monitor, and how messages name them.</summary>
internal static class ArrowTypes
{
    /// <summary>How a column of this type is watched, unless the configuration says otherwise; null where it cannot be (nested, bytes, intervals).</summary>
    public static FeatureKind? KindOf(IArrowType type) => type.TypeId switch
    {
        ArrowTypeId.Dictionary => KindOf(((DictionaryType)type).ValueType),
        ArrowTypeId.Boolean or ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView => FeatureKind.Categorical,
        _ when IsInteger(type) || IsFloat(type) || IsDecimal(type) || TicksPerSecond(type) is not null => FeatureKind.Numeric,
        _ => null,
    };

    public static bool IsInteger(IArrowType type) => type.TypeId is ArrowTypeId.Int8 or ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64
        or ArrowTypeId.UInt8 or ArrowTypeId.UInt16 or ArrowTypeId.UInt32 or ArrowTypeId.UInt64;

    public static bool IsFloat(IArrowType type) => type.TypeId is ArrowTypeId.HalfFloat or ArrowTypeId.Float or ArrowTypeId.Double;

    public static bool IsDecimal(IArrowType type) =>
        type.TypeId is ArrowTypeId.Decimal32 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 or ArrowTypeId.Decimal256;

    public static bool IsText(IArrowType type) => type.TypeId is ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView;

    /// <summary>True for a point in time: a date or a timestamp.</summary>
    public static bool IsInstant(IArrowType type) => type.TypeId is ArrowTypeId.Date32 or ArrowTypeId.Date64 or ArrowTypeId.Timestamp;

    /// <summary>Units per second of a type of time that is stored as a 64- or 32-bit count; days (1 / 86 400) come back as 0; null for other types.</summary>
    public static long? TicksPerSecond(IArrowType type) => type switch
    {
        Date32Type => 0,
        Date64Type => 1_000,
        TimestampType timestamp => PerSecond(timestamp.Unit),
        DurationType duration => PerSecond(duration.Unit),
        Time32Type time => PerSecond(time.Unit),
        Time64Type time => PerSecond(time.Unit),
        _ => null,
    };

    public static string NameOf(IArrowType type) => type switch
    {
        DictionaryType dictionary => $"dictionary<{NameOf(dictionary.ValueType)}>",
        TimestampType timestamp => $"timestamp[{Short(timestamp.Unit)}]",
        _ => type.Name,
    };

    private static long PerSecond(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1,
        TimeUnit.Millisecond => 1_000,
        TimeUnit.Microsecond => 1_000_000,
        _ => 1_000_000_000,
    };

    private static string Short(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => "s",
        TimeUnit.Millisecond => "ms",
        TimeUnit.Microsecond => "us",
        _ => "ns",
    };
}
