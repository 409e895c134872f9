using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ModelMonitor.Core;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Capture;

/// <summary>Keeps recent rows of production, so many a day at most, in the transaction of their delivery.</summary>
/// <remarks>Which rows are kept hangs on the hash of their id, so features and labels meet; a day that fills up keeps every second of them, again by hash.</remarks>
internal static class CaptureWriter
{
    private const string Kind = "captured";
    private const string Salt = "capture-salt";

    private sealed record Day(long Kept, int Halvings);

    /// <param name="rows">Rows of the batch that were counted.</param>
    public static async ValueTask KeepAsync(CommitScope scope, MonitoredModel model, DecodedBatch batch, long[] times, double[] scores, IReadOnlyList<int> rows, CancellationToken cancellationToken)
    {
        if (model.Options.Capture is not { } options || batch.Ids is not { } ids || rows.Count == 0) return;
        var share = Math.Min(options.Sample, model.Options.JoinSample);
        var known = Known(model, options);
        foreach (var group in rows.Where(row => ids[row] != UInt128.Zero).GroupBy(row => Instant.Floor(times[row], Instant.Day)))
        {
            var day = await DayAsync(scope.Transaction, model.Name, group.Key, cancellationToken).ConfigureAwait(false);
            int[] taken = [.. group.Where(row => JoinSample.Includes(ids[row], Share(share, day)))];
            if (taken.Length == 0) continue;
            var captured = CapturedRows.Of(batch.Arrow, ids, times, scores, taken, known, options, await SaltAsync(scope, model.Name, cancellationToken).ConfigureAwait(false));
            await scope.Transaction.AppendCapturedAsync(new(model.Name, group.Key, captured.Write()), cancellationToken).ConfigureAwait(false);
            day = day with { Kept = day.Kept + taken.Length };
            while (day.Kept > options.RowsPerDay) day = await HalveAsync(scope.Transaction, model.Name, group.Key, share, day, cancellationToken).ConfigureAwait(false);
            await scope.Transaction.PutDocumentAsync(new(model.Name, Kind, KeyOf(group.Key), group.Key, JsonSerializer.Serialize(day)), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets days before a time.</summary>
    public static async ValueTask ExpireAsync(IStateTransaction transaction, string model, long before, CancellationToken cancellationToken)
    {
        await transaction.DeleteCapturedAsync(model, long.MinValue, Instant.Floor(before, Instant.Day), cancellationToken).ConfigureAwait(false);
        await transaction.ExpireDocumentsAsync(model, Kind, Instant.Floor(before, Instant.Day), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Days of which rows were captured that did not expire, the newest first.</summary>
    public static async ValueTask<IEnumerable<long>> DaysAsync(IStateReader reader, string model, CancellationToken cancellationToken) =>
        (await reader.ReadDocumentsAsync(model, Kind, int.MaxValue, cancellationToken).ConfigureAwait(false)).Select(document => document.At);

    /// <summary>Takes a prediction out of what was captured.</summary>
    /// <returns>Rows that went.</returns>
    public static async ValueTask<int> EraseAsync(IStateTransaction transaction, string model, UInt128 id, CancellationToken cancellationToken)
    {
        var days = new Dictionary<long, List<CapturedRows>>();
        await foreach (var captured in transaction.ReadCapturedAsync(model, long.MinValue, long.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            if (!days.TryGetValue(captured.Day, out var bodies)) days.Add(captured.Day, bodies = []);
            bodies.Add(CapturedRows.Read(captured.Body));
        }

        var erased = 0;
        foreach (var (day, bodies) in days)
        {
            var gone = bodies.Sum(rows => rows.Ids.Count(known => known == id));
            if (gone == 0) continue;
            erased += gone;
            await RewriteAsync(transaction, model, day, bodies, known => known != id, cancellationToken).ConfigureAwait(false);
        }

        return erased;
    }

    private static async ValueTask<Day> HalveAsync(IStateTransaction transaction, string model, long start, double share, Day day, CancellationToken cancellationToken)
    {
        var halved = day with { Halvings = day.Halvings + 1 };
        var bodies = new List<CapturedRows>();
        await foreach (var captured in transaction.ReadCapturedAsync(model, start, start + Instant.Day, cancellationToken).ConfigureAwait(false)) bodies.Add(CapturedRows.Read(captured.Body));
        var kept = await RewriteAsync(transaction, model, start, bodies, id => JoinSample.Includes(id, Share(share, halved)), cancellationToken).ConfigureAwait(false);
        return halved with { Kept = kept };
    }

    private static async ValueTask<long> RewriteAsync(IStateTransaction transaction, string model, long day, List<CapturedRows> bodies, Func<UInt128, bool> keep, CancellationToken cancellationToken)
    {
        var kept = 0L;
        await transaction.DeleteCapturedAsync(model, day, day + Instant.Day, cancellationToken).ConfigureAwait(false);
        foreach (var rows in bodies)
        {
            var ids = rows.Ids;
            var left = rows.Take([.. Enumerable.Range(0, ids.Length).Where(row => keep(ids[row]))]);
            if (left.Count == 0) continue;
            kept += left.Count;
            await transaction.AppendCapturedAsync(new(model, day, left.Write()), cancellationToken).ConfigureAwait(false);
        }

        return kept;
    }

    /// <summary>What the configuration, the reference or a version names.</summary>
    private static HashSet<string> Known(MonitoredModel model, Options.CaptureOptions options) =>
    [
        .. model.Options.Columns.All, .. model.Baseline.Shape.Features.Select(f => f.Name), .. model.Options.Segments.Columns, .. model.Versions.SelectMany(v => v.Scorer?.InputColumns ?? []),
        .. model.Options.Inputs.SelectMany(input => input.Columns), .. options.Hash, .. options.Entity is { } entity ? [entity] : Array.Empty<string>(),
    ];

    private static double Share(double share, Day day) => Math.ScaleB(share, -day.Halvings);

    private static async ValueTask<Day> DayAsync(IStateReader reader, string model, long start, CancellationToken cancellationToken) =>
        (await reader.ReadDocumentsAsync(model, Kind, int.MaxValue, cancellationToken).ConfigureAwait(false)).FirstOrDefault(d => d.Key == KeyOf(start)) is { } known
            ? JsonSerializer.Deserialize<Day>(known.Payload)! : new(0, 0);

    /// <summary>Made once for a state, and kept in it.</summary>
    private static async ValueTask<byte[]> SaltAsync(CommitScope scope, string model, CancellationToken cancellationToken)
    {
        if (await scope.Transaction.ReadDocumentsAsync(model, Salt, 1, cancellationToken).ConfigureAwait(false) is [{ } known]) return Convert.FromHexString(known.Payload);
        var salt = RandomNumberGenerator.GetBytes(32);
        await scope.Transaction.PutDocumentAsync(new(model, Salt, Salt, scope.Now, Convert.ToHexString(salt)), cancellationToken).ConfigureAwait(false);
        return salt;
    }

    private static string KeyOf(long day) => day.ToString(CultureInfo.InvariantCulture);
}
