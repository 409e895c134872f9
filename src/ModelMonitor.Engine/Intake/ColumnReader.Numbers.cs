using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Intake;

public static partial class ColumnReader
{
    private const double SecondsPerDay = 86_400;

    /// <summary>
    /// Numbers widened to float64, NaN for null. Truth values become 1 and 0, dates and timestamps seconds since 1970, durations and
    /// times of day seconds. Integers beyond 2^53 and decimals are rounded to the nearest float64.
    /// </summary>
    /// <param name="into">At least as long as the column.</param>
    public static void ReadDoubles(IArrowArray column, string name, Span<double> into)
    {
        ArgumentNullException.ThrowIfNull(column);
        ReadDoubles(column.Data, name, into);
    }

    /// <summary>Integers and truth values; a row that is null has <paramref name="valid"/> false and the value 0.</summary>
    /// <exception cref="IntakeException">Another type, or an unsigned value beyond the signed range.</exception>
    public static void ReadInt64s(IArrowArray column, string name, Span<long> into, Span<bool> valid)
    {
        ArgumentNullException.ThrowIfNull(column);
        long?[] values = ReadInt64s(column.Data, name);
        for (int row = 0; row < values.Length; row++)
        {
            valid[row] = values[row].HasValue;
            into[row] = values[row].GetValueOrDefault();
        }
    }

    internal static void ReadDoubles(ArrayData data, string name, Span<double> into)
    {
        if (data.DataType is DictionaryType)
        {
            Expand(data, name, into, double.NaN, values =>
            {
                double[] numbers = new double[values.Length];
                ReadDoubles(values, name, numbers);
                return numbers;
            });
            return;
        }

        var cells = new ArrowCells(data, name);
        into = into[..data.Length];
        switch (data.DataType.TypeId)
        {
            case ArrowTypeId.Null: break;
            case ArrowTypeId.Int8: Widen<sbyte>(cells, into); break;
            case ArrowTypeId.Int16: Widen<short>(cells, into); break;
            case ArrowTypeId.Int32: Widen<int>(cells, into); break;
            case ArrowTypeId.Int64: Widen<long>(cells, into); break;
            case ArrowTypeId.UInt8: Widen<byte>(cells, into); break;
            case ArrowTypeId.UInt16: Widen<ushort>(cells, into); break;
            case ArrowTypeId.UInt32: Widen<uint>(cells, into); break;
            case ArrowTypeId.UInt64: Widen<ulong>(cells, into); break;
            case ArrowTypeId.HalfFloat: Widen<Half>(cells, into); break;
            case ArrowTypeId.Float: Widen<float>(cells, into); break;
            case ArrowTypeId.Double: cells.Values<double>().CopyTo(into); break;
            case ArrowTypeId.Boolean:
                for (int row = 0; row < into.Length; row++)
                {
                    into[row] = cells.Bit(row) ? 1 : 0;
                }

                break;
            case ArrowTypeId.Date32 or ArrowTypeId.Time32: Widen<int>(cells, into); Scale(data.DataType, into); break;
            case ArrowTypeId.Date64 or ArrowTypeId.Timestamp or ArrowTypeId.Time64 or ArrowTypeId.Duration:
                Widen<long>(cells, into);
                Scale(data.DataType, into);
                break;
            case ArrowTypeId.Decimal32 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 or ArrowTypeId.Decimal256: Decimals(cells, into); break;
            default: throw Unfit(name, "numbers", data.DataType);
        }

        for (int row = 0; cells.HasNulls && row < into.Length; row++)
        {
            if (cells.IsNull(row))
            {
                into[row] = double.NaN;
            }
        }
    }

    private static long?[] ReadInt64s(ArrayData data, string name)
    {
        long?[] into = new long?[data.Length];
        if (data.DataType is DictionaryType)
        {
            Expand(data, name, into.AsSpan(), null, values => ReadInt64s(values, name));
            return into;
        }

        var cells = new ArrowCells(data, name);
        if (!ArrowTypes.IsInteger(data.DataType) && data.DataType.TypeId is not (ArrowTypeId.Boolean or ArrowTypeId.Null))
        {
            throw Unfit(name, "integers", data.DataType);
        }

        for (int row = 0; row < into.Length; row++)
        {
            if (cells.IsNull(row))
            {
                continue;
            }

            Int128 value = data.DataType.TypeId == ArrowTypeId.Boolean ? (cells.Bit(row) ? 1 : 0) : Integer(cells, row);
            into[row] = value <= long.MaxValue ? (long)value : throw new IntakeException($"column '{name}': row {row} holds {value}, expected 64 signed bits", malformed: false);
        }

        return into;
    }

    private static Int128 Integer(ArrowCells cells, int row) => cells.Type.TypeId switch
    {
        ArrowTypeId.Int8 => cells.Values<sbyte>()[row],
        ArrowTypeId.Int16 => cells.Values<short>()[row],
        ArrowTypeId.Int32 => cells.Values<int>()[row],
        ArrowTypeId.Int64 => cells.Values<long>()[row],
        ArrowTypeId.UInt8 => cells.Values<byte>()[row],
        ArrowTypeId.UInt16 => cells.Values<ushort>()[row],
        ArrowTypeId.UInt32 => cells.Values<uint>()[row],
        _ => cells.Values<ulong>()[row],
    };

    private static void Widen<T>(ArrowCells cells, Span<double> into)
        where T : unmanaged, INumberBase<T>
    {
        ReadOnlySpan<T> values = cells.Values<T>();
        for (int row = 0; row < values.Length; row++)
        {
            into[row] = double.CreateTruncating(values[row]);
        }
    }

    private static void Scale(IArrowType type, Span<double> into)
    {
        double perSecond = ArrowTypes.TicksPerSecond(type) ?? 1;
        foreach (ref double value in into)
        {
            value = perSecond == 0 ? value * SecondsPerDay : value / perSecond;
        }
    }

    private static void Decimals(ArrowCells cells, Span<double> into)
    {
        var type = (FixedSizeBinaryType)cells.Type;
        int scale = type switch
        {
            Decimal32Type t => t.Scale,
            Decimal64Type t => t.Scale,
            Decimal128Type t => t.Scale,
            _ => ((Decimal256Type)type).Scale,
        };
        double unit = Math.Pow(10, scale);
        for (int row = 0; row < into.Length; row++)
        {
            into[row] = cells.IsNull(row) ? double.NaN : (double)new BigInteger(cells.Fixed(row, type.ByteWidth)) / unit;
        }
    }
}
