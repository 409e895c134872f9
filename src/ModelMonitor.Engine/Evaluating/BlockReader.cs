using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Evaluating;

/// <summary>Reads a window again, sub-period by sub-period, for the errors that its decisions rest on.</summary>
/// <remarks>Holds the window's outcomes twice, one block, and the blocks that deltas not summed yet belong to.</remarks>
internal static class BlockReader
{
    /// <summary>Panes are put together so that there are not more blocks than this: each costs a computation of every metric.</summary>
    private const int MostBlocks = 400;

    /// <summary>Over the days of the window; where fewer than ten of them have labelled rows, over its hours, else its panes, but none finer than what is kept for its bounds.</summary>
    public static async ValueTask<BlockErrors> ErrorsAsync(
        IStateReader reader, SeriesKey series, Baseline baseline, TimeRange range, PaneState window, LevelFloors floors, CancellationToken cancellationToken)
    {
        if (window.Outcomes is not { Rows: > 0 }) return BlockErrors.None;
        foreach (var level in (StateLevel[])[StateLevel.Day, StateLevel.Hour, StateLevel.Pane])
        {
            if (level < Finest(range)) break;
            if (range.Length / StepOf(level, range) < Jackknife.LeastBlocks - 1 || floors[level] > range.Start) continue;
            var whole = PaneState.Empty(baseline.Hash, baseline.Shape).Outcomes!;
            whole.Merge(window.Outcomes);
            var jackknife = new Jackknife(whole, Metrics);
            await foreach (var (key, block) in BlocksAsync(reader, series, range, level, cancellationToken).ConfigureAwait(false))
            {
                if (!jackknife.Add(key, block)) return BlockErrors.None;
            }

            if (jackknife.Blocks >= Jackknife.LeastBlocks) return BlockErrors.Of(jackknife);
        }

        return BlockErrors.None;

        // The spread between blocks needs no distinct scores: the bins tell it.
        IEnumerable<KeyValuePair<string, MetricValue>> Metrics(OutcomeSketch outcomes) =>
            BlockErrors.Metrics(outcomes, baseline, Performance.Of(outcomes, DistinctScores.None, baseline.Shape));
    }

    /// <summary>The outcomes of each block that has any, in no particular order; a block's key is its number.</summary>
    private static async IAsyncEnumerable<(long Key, OutcomeSketch Outcomes)> BlocksAsync(
        IStateReader reader, SeriesKey series, TimeRange range, StateLevel level, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var step = StepOf(level, range);
        var deltas = new Dictionary<long, OutcomeSketch>();
        await foreach (var (start, outcomes) in OutcomesAsync(new(series, StateLevel.Delta, range.Start, range.End)).ConfigureAwait(false))
        {
            var key = Instant.Floor(start, step);
            if (deltas.TryGetValue(key, out var sum)) sum.Merge(outcomes);
            else deltas.Add(key, outcomes);
        }

        (long Key, OutcomeSketch Outcomes)? block = null;
        foreach (var part in WindowReader.Split(level, range.Start, range.End))
        {
            await foreach (var (start, outcomes) in OutcomesAsync(new(series, part.Level, part.From, part.To)).ConfigureAwait(false))
            {
                var key = Instant.Floor(start, step);
                if (block is { } current && current.Key == key)
                {
                    current.Outcomes.Merge(outcomes);
                    continue;
                }

                if (block is { } complete) yield return complete;
                if (deltas.Remove(key, out var added)) outcomes.Merge(added);
                block = (key, outcomes);
            }
        }

        if (block is { } last) yield return last;
        foreach (var (key, outcomes) in deltas) yield return (key, outcomes);

        async IAsyncEnumerable<(long Start, OutcomeSketch Outcomes)> OutcomesAsync(StateRange stored)
        {
            await foreach (var stretch in reader.ReadStateAsync(stored, StatePart.Sums, cancellationToken).ConfigureAwait(false))
            {
                if (PaneState.Read(stretch.Sums.Span).Outcomes is { } outcomes) yield return (stretch.Start, outcomes);
            }
        }
    }

    /// <summary>As <see cref="WindowAlignment"/> has it: what a window needs is kept as long as the window can be asked for.</summary>
    private static StateLevel Finest(TimeRange range) => WindowAlignment.StepOf(range.Length, pane: 1) switch { Instant.Day => StateLevel.Day, Instant.Hour => StateLevel.Hour, _ => StateLevel.Pane };

    private static long StepOf(StateLevel level, TimeRange range) => level switch
    {
        StateLevel.Day => Instant.Day,
        StateLevel.Hour => Instant.Hour,
        _ => Math.Max(range.Length / MostBlocks, 1),
    };
}
