using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Engine.State;

/// <summary>From when on each level of a model's state is complete: what lies before was forgotten. All are bounds of days, and none lies before that of a coarser level.</summary>
/// <param name="Panes">Microseconds of UTC since 1970; <see cref="long.MinValue"/>: nothing was forgotten.</param>
public readonly record struct LevelFloors(long Panes, long Hours, long Days)
{
    /// <summary>Nothing was forgotten.</summary>
    public static readonly LevelFloors None = new(long.MinValue, long.MinValue, long.MinValue);

    public long this[StateLevel level] => level switch
    {
        StateLevel.Pane => Panes,
        StateLevel.Hour => Hours,
        // Deltas are forgotten with the days: until they are summed, every level counts on them.
        _ => Days,
    };

    /// <summary>The name of the mark that holds a level's floor.</summary>
    public static string MarkOf(string model, StateLevel level) => $"floor/{level switch { StateLevel.Pane => "pane", StateLevel.Hour => "hour", _ => "day" }}/{model}";

    public static async ValueTask<LevelFloors> ReadAsync(IStateReader reader, string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        async ValueTask<long> FloorAsync(StateLevel level) => await reader.ReadMarkAsync(MarkOf(model, level), cancellationToken).ConfigureAwait(false) ?? long.MinValue;
        return new(await FloorAsync(StateLevel.Pane).ConfigureAwait(false), await FloorAsync(StateLevel.Hour).ConfigureAwait(false), await FloorAsync(StateLevel.Day).ConfigureAwait(false));
    }

    /// <summary>Whether all of a range is still there, in stretches fine enough to make it up.</summary>
    public bool Cover(TimeRange range) => Clip(range) == range;

    /// <summary>What of a range is still there, to its end: the range itself where nothing was forgotten; null where its end is gone, or cuts a stretch that is only kept whole.</summary>
    public TimeRange? Clip(TimeRange range)
    {
        // The end must lie on a stretch that is kept, and so must the start, unless it lies at a floor, which is a bound of days.
        if (range.End <= Days || !OnKept(range.End)) return null;
        if (range.Start >= Days && OnKept(range.Start)) return range;
        var start = Math.Max(-Instant.Floor(-range.Start, range.Start >= Hours ? Instant.Hour : Instant.Day), Days);
        return start < range.End ? range with { Start = start } : null;
    }

    /// <summary>Whether stretches begin and end at a time, of a level that is kept there.</summary>
    private bool OnKept(long time) => time >= Panes || (time >= Hours && Instant.Floor(time, Instant.Hour) == time) || Instant.Floor(time, Instant.Day) == time;
}
