using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>Evaluations over time, oldest first.</summary>
/// <param name="From">Ends of windows from here …</param>
/// <param name="To">… to here.</param>
/// <param name="Every">Where not every window is drawn: the least distance between two, microseconds; null: nothing is left out but windows that overlap.</param>
/// <param name="Overlap">Whether one window begins before the one before it ends.</param>
public sealed record Trend(IReadOnlyList<TrendPoint> Points, long From, long To, long? Every, bool Overlap)
{
    /// <summary>Windows that a page shows unless it is told otherwise.</summary>
    public const int Usual = 60;

    /// <summary>Points that are drawn at most.</summary>
    public const int Most = 366;

    /// <summary>Below so many windows in the range, those that overlap are drawn too.</summary>
    private const int Few = 24;

    /// <summary>What is read at most, in characters: with hundreds of columns a point is large, and fewer are drawn.</summary>
    private const int MostCharacters = 4_000_000;

    /// <summary>Reads stored evaluations, each at least a window's length from the next; fewer where there are too many, and more where there are few.</summary>
    /// <param name="size">The window's length, microseconds.</param>
    /// <param name="from">Null: as many windows as are usual.</param>
    /// <param name="newest">End of the newest to be read.</param>
    public static async ValueTask<Trend> ReadAsync(
        IStateReader reader, EvaluationSeries series, long size, long? from, long newest, IReadOnlyCollection<string> metrics, string? feature, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2);
        var (first, allowed) = (from ?? newest - (Usual * size), most);
        var (points, stride) = await ReadAsync(first).ConfigureAwait(false);
        // There is less than was asked for: what there is may be drawn more closely.
        if (points.Count > 1 && StrideOf(size, newest - points[0].Range.End, allowed) < stride) (points, stride) = await ReadAsync(points[0].Range.End).ConfigureAwait(false);
        return new(points, first, newest, stride > size ? stride : null, points.Zip(points.Skip(1)).Any(p => p.Second.Range.Start < p.First.Range.End));

        async ValueTask<(List<TrendPoint> Points, long Stride)> ReadAsync(long oldest)
        {
            var (found, next, step) = (new List<TrendPoint>(), newest + 1, 0L);
            while (found.Count <= most && next > oldest)
            {
                var records = await reader.ReadEvaluationsAsync(series, oldest, next, 1, cancellationToken).ConfigureAwait(false);
                if (records.Count == 0) break;
                allowed = Math.Min(allowed, Math.Max(MostCharacters / records[0].Payload.Length, 40));
                if (step == 0) step = StrideOf(size, newest - oldest, allowed);
                found.Add(TrendPoint.Read(records[0].Payload, metrics, feature));
                next = records[0].End - step + 1;
            }

            found.Reverse();
            return (found, step);
        }
    }

    /// <summary>Of windows that do not overlap, as a report has them.</summary>
    public static Trend Of(IEnumerable<Evaluation> windows, string? feature = null)
    {
        TrendPoint[] points = [.. windows.Select(w => TrendPoint.Of(w, feature))];
        return new(points, points[0].Range.End, points[^1].Range.End, null, Overlap: false);
    }

    private static long StrideOf(long size, long range, int most)
    {
        var least = range / most;
        return range >= Few * size ? Math.Max(size, (least + size - 1) / size * size) : Math.Max(range / (2 * Few), Math.Max(least, 1));
    }
}
