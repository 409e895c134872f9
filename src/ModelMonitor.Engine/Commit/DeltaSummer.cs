using ModelMonitor.Core;
using ModelMonitor.Core.Panes;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Commit;

/// <summary>Moves appended deltas into the summed levels: pane, hour and day, each written once. What a reader sums stays the same.</summary>
public static class DeltaSummer
{
    /// <summary>Deltas moved in one transaction, so that ingest waits for milliseconds only.</summary>
    private const int Limit = 4096;

    public static readonly IReadOnlyList<StateLevel> Levels = [StateLevel.Pane, StateLevel.Hour, StateLevel.Day];

    /// <returns>True where deltas may be left.</returns>
    public static async ValueTask<bool> SumAsync(IStateTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var deltas = await transaction.TakeDeltasAsync(long.MaxValue, Limit, cancellationToken).ConfigureAwait(false);
        if (deltas.Count == 0) return false;
        var sums = new Dictionary<(SeriesKey Series, StateLevel Level, long Start), PaneState>();
        var floors = new Dictionary<string, LevelFloors>(StringComparer.Ordinal);
        foreach (var delta in deltas)
        {
            if (!floors.TryGetValue(delta.Series.Model, out var floor))
                floors.Add(delta.Series.Model, floor = await LevelFloors.ReadAsync(transaction, delta.Series.Model, cancellationToken).ConfigureAwait(false));
            var state = PaneState.Read(delta.Sums.Span, delta.DistinctScores.Span);
            foreach (var level in Levels)
            {
                var key = (delta.Series, level, StartOf(delta.Start, level));
                // A late label of a pane that is forgotten: what is left of the level would claim to be all of it.
                if (key.Item3 < floor[level]) continue;
                if (sums.TryGetValue(key, out var sum)) sum.Merge(state);
                else sums.Add(key, PaneState.Read(delta.Sums.Span, delta.DistinctScores.Span));
            }
        }

        foreach (var ((series, level, start), sum) in sums)
        {
            if (await transaction.FindStateAsync(series, level, start, cancellationToken).ConfigureAwait(false) is { } stored)
                sum.Merge(PaneState.Read(stored.Sums.Span, stored.DistinctScores.Span));
            sum.DistinctScores.Trim(sum.LabelledRows);
            await transaction.PutStateAsync(series, level, start, sum.WriteSums(), sum.WriteDistinctScores(), cancellationToken).ConfigureAwait(false);
        }

        await transaction.DeleteDeltasAsync([.. deltas.Select(d => d.Id)], cancellationToken).ConfigureAwait(false);
        return deltas.Count == Limit;
    }

    /// <summary>Where the stretch of a level begins that holds a pane.</summary>
    public static long StartOf(long paneStart, StateLevel level) => level switch
    {
        StateLevel.Hour => Instant.Floor(paneStart, Instant.Hour),
        StateLevel.Day => Instant.Floor(paneStart, Instant.Day),
        _ => paneStart,
    };
}
