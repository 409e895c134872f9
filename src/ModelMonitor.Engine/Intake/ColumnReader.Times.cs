using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Intake;

public static partial class ColumnReader
{
    private const long MicrosPerSecond = 1_000_000;

    /// <summary>
    /// Dates and timestamps as microseconds of UTC since 1970, rounded down; <see cref="long.MinValue"/> where null. Arrow stores
    /// timestamps with a zone in UTC; those without one are taken as UTC.
    /// </summary>
    /// <exception cref="IntakeException">Another type (numbers too: they do not say their unit), or a time beyond the range.</exception>
    public static long[] ReadTimes(IArrowArray column, string name)
    {
        ArgumentNullException.ThrowIfNull(column);
        return ReadTimes(column.Data, name);
    }

    private static long[] ReadTimes(ArrayData data, string name)
    {
        long[] into = new long[data.Length];
        if (data.DataType is DictionaryType)
        {
            Expand(data, name, into.AsSpan(), long.MinValue, values => ReadTimes(values, name));
            return into;
        }

        if (!ArrowTypes.IsInstant(data.DataType) && data.DataType.TypeId != ArrowTypeId.Null)
        {
            throw Unfit(name, "timestamps or dates", data.DataType);
        }

        var cells = new ArrowCells(data, name);
        bool days = data.DataType is Date32Type;
        long perSecond = ArrowTypes.TicksPerSecond(data.DataType) ?? 1;
        for (int row = 0; row < into.Length; row++)
        {
            into[row] = cells.IsNull(row) ? long.MinValue
                : days ? cells.Values<int>()[row] * (long)SecondsPerDay * MicrosPerSecond
                : Micros(cells.Values<long>()[row], perSecond, name, row);
        }

        return into;
    }

    private static long Micros(long ticks, long perSecond, string name, int row)
    {
        if (perSecond > MicrosPerSecond)
        {
            long per = perSecond / MicrosPerSecond;
            return (ticks / per) - (ticks % per < 0 ? 1 : 0);
        }

        Int128 micros = (Int128)ticks * (MicrosPerSecond / perSecond);
        return micros > long.MinValue && micros <= long.MaxValue
            ? (long)micros
            : throw new IntakeException($"column '{name}': row {row} holds a time beyond the range of microseconds", malformed: false);
    }
}
