using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Core;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Capture;

/// <summary>The columns that batches of different schemas have in one file.</summary>
internal static class SharedColumns
{
    private static readonly TimestampType s_micros = new(TimeUnit.Microsecond, "UTC");

    /// <summary>Every column that can be of one type: as it is where all agree; numbers of several types as doubles, times as microseconds, else text.</summary>
    public static IReadOnlyList<Field> Of(IReadOnlyList<Schema> schemas)
    {
        var shared = new List<Field>();
        foreach (var same in schemas.SelectMany(schema => schema.FieldsList).GroupBy(field => field.Name))
        {
            if (TypeOf([.. same.Select(field => Plain(field.DataType))]) is { } type && (same.Count() == schemas.Count || CanBeNull(type))) shared.Add(new Field(same.Key, type, nullable: true));
        }

        return shared;
    }

    /// <summary>A batch's cells of a shared column; nulls where it has none.</summary>
    public static IArrowArray Read(RecordBatch batch, Field field)
    {
        if (batch.Schema.GetFieldIndex(field.Name) < 0) return Nulls(field.DataType, batch.Length);
        var column = batch.Column(field.Name);
        var found = column.Data.DataType;
        if (IsSame(found, field.DataType)) return column;
        if (found is NullType) return Nulls(field.DataType, batch.Length);
        return field.DataType switch
        {
            DoubleType => Numbers(column, field.Name),
            TimestampType => Times(column, field.Name),
            _ => Texts(column, field.Name),
        };
    }

    /// <summary>Each delivery has dictionaries of its own; text is the same everywhere.</summary>
    private static IArrowType Plain(IArrowType type) => ArrowTypes.IsText(type is DictionaryType { ValueType: var value } ? value : type) ? StringType.Default : type;

    /// <returns>Null: they have none in common.</returns>
    private static IArrowType? TypeOf(IArrowType[] types)
    {
        IArrowType[] told = [.. types.Where(type => type is not NullType)];
        if (told.Length == 0) return NullType.Default;
        if (told.All(type => IsSame(type, told[0]))) return told[0];
        if (told.All(type => ArrowTypes.IsInteger(type) || ArrowTypes.IsFloat(type))) return DoubleType.Default;
        if (told.All(ArrowTypes.IsInstant)) return s_micros;
        return told.All(type => type is StringType or BooleanType || ArrowTypes.IsInteger(type) || ArrowTypes.IsFloat(type)) ? StringType.Default : null;
    }

    private static bool IsSame(IArrowType one, IArrowType other) => one.TypeId == other.TypeId && one switch
    {
        TimestampType time => other is TimestampType o && time.Unit == o.Unit && time.Timezone == o.Timezone,
        FixedWidthType or StringType or NullType => one is not Decimal128Type and not Decimal256Type || one.Name == other.Name,
        _ => ReferenceEquals(one, other),
    };

    private static bool CanBeNull(IArrowType type) => type is StringType or BooleanType or NullType or FixedWidthType;

    private static IArrowArray Nulls(IArrowType type, int rows) => type switch
    {
        StringType => new StringArray.Builder().AppendRange(Enumerable.Repeat((string?)null, rows)).Build(),
        BooleanType or FixedWidthType => ArrowArrayFactory.BuildArray(new ArrayData(type, rows, rows, 0, [new ArrowBuffer(new byte[(rows + 7) / 8]), new ArrowBuffer(new byte[((rows * ((FixedWidthType)type).BitWidth) + 7) / 8])])),
        _ => new NullArray(rows),
    };

    private static DoubleArray Numbers(IArrowArray column, string name)
    {
        var values = new double[column.Length];
        ColumnReader.ReadDoubles(column, name, values);
        var builder = new DoubleArray.Builder();
        for (var row = 0; row < values.Length; row++)
        {
            if (column.IsNull(row)) builder.AppendNull();
            else builder.Append(values[row]);
        }

        return builder.Build();
    }

    private static TimestampArray Times(IArrowArray column, string name)
    {
        var builder = new TimestampArray.Builder(s_micros);
        foreach (var time in ColumnReader.ReadTimes(column, name)) _ = time == long.MinValue ? builder.AppendNull() : builder.Append(Instant.ToTime(time));
        return builder.Build();
    }

    private static IArrowArray Texts(IArrowArray column, string name)
    {
        // Text stays the very text that the model got; only what is none is written as text writes it.
        if (Plain(column.Data.DataType) is StringType && ArrowTake.Rows([column], [.. Enumerable.Range(0, column.Length).Select(row => (0, row))], name) is { } same) return same;
        var builder = new StringArray.Builder();
        foreach (var text in ColumnReader.ReadStrings(column, name)) builder.Append(text);
        return builder.Build();
    }
}
