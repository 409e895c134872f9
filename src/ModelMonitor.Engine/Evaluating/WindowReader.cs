using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Evaluating;

/// <summary>Sums a window from stored stretches: whole days, then hours, then panes at its ends, and the deltas not summed yet. Streams; holds one stretch at a time.</summary>
public static class WindowReader
{
    /// <param name="empty">Empty sums of the series' shape; the window is added to it and returned.</param>
    /// <exception cref="StateForgottenException">Not all of the range is kept any more; ask <see cref="LevelFloors"/> first.</exception>
    public static async ValueTask<PaneState> ReadAsync(IStateReader reader, SeriesKey series, TimeRange range, PaneState empty, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(empty);
        var floors = await LevelFloors.ReadAsync(reader, series.Model, cancellationToken).ConfigureAwait(false);
        if (!floors.Cover(range)) throw new StateForgottenException(series.Model, range, floors);
        var parts = Parts(range).Select(p => new StateRange(series, p.Level, p.From, p.To)).ToArray();
        foreach (var part in parts)
        {
            await foreach (var stored in reader.ReadStateAsync(part, StatePart.Sums, cancellationToken).ConfigureAwait(false))
                empty.Merge(PaneState.Read(stored.Sums.Span));
        }

        // Distinct scores are large: read only where they can make the window exact.
        if (empty.Outcomes is not BinaryOutcomes || empty.LabelledRows is 0 or >= DistinctScores.Limit) return empty;
        foreach (var part in parts)
        {
            await foreach (var stored in reader.ReadStateAsync(part, StatePart.DistinctScores, cancellationToken).ConfigureAwait(false))
                empty.MergeDistinctScores(PaneState.ReadDistinctScores(stored.DistinctScores.Span));
        }

        return empty;
    }

    /// <summary>The fewest stored stretches that make up a range whose ends are pane boundaries; deltas last, over all of it.</summary>
    internal static IEnumerable<(StateLevel Level, long From, long To)> Parts(TimeRange range)
    {
        foreach (var part in Split(StateLevel.Day, range.Start, range.End)) yield return part;
        yield return (StateLevel.Delta, range.Start, range.End);
    }

    /// <summary>A range in stretches of a level, and of finer ones at its ends.</summary>
    internal static IEnumerable<(StateLevel Level, long From, long To)> Split(StateLevel level, long from, long to)
    {
        if (from >= to) yield break;
        if (level == StateLevel.Pane)
        {
            yield return (level, from, to);
            yield break;
        }

        var step = level == StateLevel.Day ? Instant.Day : Instant.Hour;
        var (first, last) = (-Instant.Floor(-from, step), Instant.Floor(to, step));
        if (first >= last)
        {
            foreach (var part in Split(level - 1, from, to)) yield return part;
            yield break;
        }

        foreach (var part in Split(level - 1, from, first)) yield return part;
        yield return (level, first, last);
        foreach (var part in Split(level - 1, last, to)) yield return part;
    }
}
