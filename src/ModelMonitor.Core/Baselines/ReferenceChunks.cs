namespace ModelMonitor.Core.Baselines;

/// <summary>Cuts rows in order of time into chunks of one length.</summary>
public static class ReferenceChunks
{
    /// <summary>Rows below which a chunk is no distribution.</summary>
    public const int LeastRows = 50;

    /// <summary>What the first and last chunk must have of their length between the first and the last row: a part of a day is no day.</summary>
    private const double Whole = 0.9;

    /// <summary>
    /// The chunks that are whole and have at least <see cref="LeastRows"/> rows. They do not overlap; chunks of up to a day begin at
    /// multiples of their length since 1970 (so days begin at midnight), longer ones follow each other from the first row's midnight.
    /// </summary>
    /// <param name="times">Of the rows, ascending, microseconds of UTC since 1970.</param>
    /// <param name="length">Microseconds.</param>
    public static IReadOnlyList<Range> Cut(ReadOnlySpan<long> times, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        List<Range> chunks = [];
        if (times.IsEmpty) return chunks;
        var (first, last) = (times[0], times[^1]);
        var origin = Instant.Floor(first, Math.Min(length, Instant.Day));
        for (var begin = 0; begin < times.Length;)
        {
            var start = origin + Instant.Floor(times[begin] - origin, length);
            var end = begin;
            while (end < times.Length && times[end] - start < length) end++;
            var covered = Math.Min(start + length, last + 1) - Math.Max(start, first);
            if (covered >= Whole * length && end - begin >= LeastRows) chunks.Add(begin..end);
            begin = end;
        }

        return chunks;
    }
}
