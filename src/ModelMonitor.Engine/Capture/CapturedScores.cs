using System.Runtime.CompilerServices;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Capture;

/// <summary>What a version said of captured rows and what came: pairs of numbers, without ids, times or columns.</summary>
/// <remarks>A row that expired or was erased is not among them, nor one that has no label yet or that the version did not score.</remarks>
public static class CapturedScores
{
    /// <summary>So many captured rows are looked at for each that is asked for: where labels lack, it is not the whole window that is searched for them.</summary>
    private const int LookedAt = 5;

    /// <summary>The newest labelled rows of a stretch of event time: of the newest day first, of a day what came last.</summary>
    /// <param name="version">Whose scores, as counted on its baseline.</param>
    /// <param name="segment">`column=value` of the baseline's slices; empty: all rows.</param>
    /// <param name="range">[Start, End) of event time.</param>
    /// <param name="most">How many at most. Five times as many rows are looked at: where few have their label, fewer are found than there are.</param>
    /// <returns>Finite scores and labels, the newest first; empty where the version has no such slice or nothing was captured.</returns>
    public static async ValueTask<IReadOnlyList<LabelledScore>> NewestAsync(IStateReader reader, MonitoredModel version, string segment, TimeRange range, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var (found, looked) = (new List<LabelledScore>(), (int)Math.Min((long)most * LookedAt, int.MaxValue));
        // A row that was delivered again is one row.
        await foreach (var ids in IdsAsync(reader, version.Name, range, looked, cancellationToken).Distinct().Take(looked).Chunk(most).ConfigureAwait(false))
        {
            var labelled = await LabelledRows.FindAsync(reader, version.Name, ids, cancellationToken).ConfigureAwait(false);
            foreach (var id in ids)
            {
                if (!labelled.TryGetValue(id, out var row) || ScoreOf(row, version, segment) is not { } score) continue;
                if (double.IsFinite(score) && double.IsFinite(row.Label!.Value)) found.Add(new(score, row.Label.Value));
                if (found.Count == most) return found;
            }
        }

        return found;
    }

    /// <param name="most">Bodies of a day that are decoded at most: each has a row.</param>
    private static async IAsyncEnumerable<UInt128> IdsAsync(IStateReader reader, string model, TimeRange range, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in await CaptureWriter.DaysAsync(reader, model, cancellationToken).ConfigureAwait(false))
        {
            if (day >= range.End || day + Instant.Day <= range.Start) continue;
            var last = new Queue<ReadOnlyMemory<byte>>();
            await foreach (var captured in reader.ReadCapturedAsync(model, day, day + Instant.Day, cancellationToken).ConfigureAwait(false))
            {
                last.Enqueue(captured.Body);
                if (last.Count > most) last.Dequeue();
            }

            // What comes last is decoded first, and the rest only where that was not enough; of the columns none is read but the id.
            foreach (var rows in last.Reverse().Select(CapturedRows.Read))
            {
                var (ids, times) = (rows.Ids, rows.Batch.Times);
                foreach (var row in Enumerable.Range(0, rows.Count).Where(row => times[row] >= range.Start && times[row] < range.End).OrderByDescending(row => times[row])) yield return ids[row];
            }
        }
    }

    /// <summary>Null where the version did not score the row, or it lies in another slice.</summary>
    private static double? ScoreOf(JoinRow row, MonitoredModel version, string segment)
    {
        foreach (var served in row.Scores)
            if (served.Version == version.Series.Version && served.BaselineHash == version.Series.BaselineHash) return LiesIn(segment, served, version) ? served.Score : null;
        return null;
    }

    private static bool LiesIn(string segment, ServedScore served, MonitoredModel version) =>
        segment.Length == 0 || served.Segments.Zip(version.Baseline.Shape.Segments.Columns).Any(place => place.Second.Keys[place.First] == segment);
}
