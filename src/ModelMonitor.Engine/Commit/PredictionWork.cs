using System.Runtime.InteropServices;
using ModelMonitor.Core;
using ModelMonitor.Engine.Capture;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Commit;

/// <summary>A delivery of predictions: refuses what cannot be counted, lets each prediction meet its label, folds the rest pane by pane.</summary>
internal sealed class PredictionWork(
    MonitoredModel model, MonitorOptions options, IReadOnlyList<(DecodedBatch Batch, double[] Scores)> batches, DeliveryIdentity? identity)
    : DeliveryWork(model, Streams.Predictions, identity)
{
    /// <summary>Versions without a baseline that are told apart; the rest share one name, for the data choose these names.</summary>
    private const int MaxUnknownVersions = 8;

    private readonly long _pane = Instant.From(options.Pane);
    private readonly List<TimeSpan> _delays = [];
    private long _joined;

    public override int Rows { get; } = batches.Sum(b => b.Batch.Rows);

    /// <summary>The same rows as challengers read and scored them.</summary>
    public IReadOnlyList<Shadow> Shadows { get; init; } = [];

    /// <summary>Rows whose label was here before them.</summary>
    public long Joined => _joined;

    /// <summary>From prediction to label, of the rows whose label waited for them.</summary>
    public IReadOnlyList<TimeSpan> Delays => _delays;

    protected override async ValueTask FoldAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        _joined = 0;
        _delays.Clear();
        var newest = await scope.Transaction.ReadMarkAsync(NewestMark, cancellationToken).ConfigureAwait(false);
        // Retention counts from the newest event time, never beyond the clock.
        var oldest = newest is { } known ? Math.Min(known, scope.Now) - Math.Min(Instant.From(options.Retention.Panes), long.MaxValue / 2) : long.MinValue;
        var seenHere = new Dictionary<UInt128, JoinRow>();
        var unknown = await UnknownVersionsAsync(scope, cancellationToken).ConfigureAwait(false);
        var learned = new List<LearningBatch>();
        for (var b = 0; b < batches.Count; b++)
        {
            var (batch, scores) = batches[b];
            var times = Times(batch, scope.Now);
            var rows = new List<int>(batch.Rows);
            for (var row = 0; row < batch.Rows; row++)
            {
                if (times[row] < Model.CountFrom) Reject(RejectReason.Learned);
                else if (times[row] < oldest) Reject(RejectReason.TooOld);
                else if (times[row] > scope.Now + Instant.From(options.Ingest.MaxFuture)) Reject(RejectReason.InFuture);
                else rows.Add(row);
            }

            var segments = Model.Baseline.Shape.Segments.Columns.Count > 0 ? new SegmentFolder(Model.Baseline.Shape, batch) : null;
            var shadows = Shadows.Select(shadow => new ShadowRows(shadow, b)).ToArray();
            rows = await JoinAsync(scope, batch, scores, segments, shadows, times, rows, seenHere, cancellationToken).ConfigureAwait(false);
            foreach (var row in rows) newest = Math.Max(newest ?? long.MinValue, times[row]);
            if (Model.Learning is not null) learned.Add(new LearningBatch(LearningRows.Readable(batch.Arrow), times, scores).Take([.. rows.Where(row => IsChampion(batch, row))]));
            await CaptureWriter.KeepAsync(scope, Model, batch, times, scores, rows, cancellationToken).ConfigureAwait(false);
            Fold(scope, batch, scores, segments, times, rows, unknown);
            foreach (var shadow in shadows) Fold(scope, shadow, times, rows);
        }

        if (learned.Count > 0) await LearningRows.KeepAsync(scope, Model, options.Ingest, learned, cancellationToken).ConfigureAwait(false);
        if (newest is { } mark) await scope.Transaction.WriteMarkAsync(NewestMark, mark, cancellationToken).ConfigureAwait(false);
    }

    protected override IngestReply Describe(IngestReply reply) => reply with
    {
        Unscored = batches.Sum(b => b.Scores.LongCount(s => !double.IsFinite(s))),
        UnscoredBecause = FirstReason(),
        ExtraColumns = [.. batches.SelectMany(b => b.Batch.ExtraColumns).Distinct()],
        MissingColumns = [.. batches.SelectMany(b => b.Batch.MissingColumns).Distinct()],
    };

    /// <summary>Rows are counted through the delivery.</summary>
    private string? FirstReason()
    {
        var before = 0;
        foreach (var (batch, _) in batches)
        {
            if (batch.NotScored is { } whole) return whole;
            if (batch.FirstUnscored is { } row) return (row with { Row = before + row.Row }).ToString();
            before += batch.Rows;
        }

        return null;
    }

    /// <summary>Each row's event time; arrival where the data have none.</summary>
    private static long[] Times(DecodedBatch batch, long now)
    {
        var times = new long[batch.Rows];
        for (var row = 0; row < times.Length; row++) times[row] = batch.Times is { } known && known[row] != long.MinValue ? known[row] : now;
        return times;
    }

    /// <summary>Rows that are left: predictions seen before are refused. Rows that wait for a label are written; those whose label is here are counted.</summary>
    private async ValueTask<List<int>> JoinAsync(
        CommitScope scope, DecodedBatch batch, double[] scores, SegmentFolder? segments, ShadowRows[] shadows, long[] times, List<int> rows, Dictionary<UInt128, JoinRow> seenHere, CancellationToken cancellationToken)
    {
        if (batch.Ids is not { } ids) return rows;
        var wanted = rows.Where(row => ids[row] != UInt128.Zero && JoinSample.Includes(ids[row], Model.Options.JoinSample)).ToArray();
        if (wanted.Length == 0) return rows;
        var stored = await JoinRows.LoadAsync(scope, Model.Name, wanted.Select(row => ids[row]), seenHere, cancellationToken).ConfigureAwait(false);
        var refused = new HashSet<int>();
        var written = new SortedDictionary<UInt128, JoinRow>();
        foreach (var row in wanted)
        {
            var id = ids[row];
            if (!stored.TryGetValue(id, out var entry)) stored.Add(id, entry = seenHere[id] = new JoinRow { Id = id });
            if (entry.EventTime is not null)
            {
                refused.Add(row);
                Reject(RejectReason.DuplicateId);
                continue;
            }

            // A label that came first was known when it says, else when it arrived.
            if (entry.Label is not null) _delays.Add(TimeSpan.FromMicroseconds((entry.LabelTime ?? entry.Touched) - times[row]));
            entry.EventTime = times[row];
            entry.Touched = scope.Now;
            var own = IsChampion(batch, row) ? new[] { Shadow.Served(Model, batch, scores, segments, row) } : [];
            entry.Scores = [.. own, .. shadows.Select(shadow => Shadow.Served(shadow.Model, shadow.Batch, shadow.Scores, shadow.Segments, row))];
            if (batch.Labels is { } labels && IsUnknownClass(labels[row]))
            {
                // The prediction is as good as any; only its label is refused.
                Reject(RejectReason.UnknownClass);
            }
            else if (batch.Labels is not null && double.IsFinite(batch.Labels[row]))
            {
                long? labelTime = batch.LabelTimes is { } known && known[row] != long.MinValue ? known[row] : null;
                if (entry.Label is not { } earlier || JoinRows.Wins(batch.Labels[row], labelTime, earlier, entry.LabelTime)) (entry.Label, entry.LabelTime) = (batch.Labels[row], labelTime);
            }

            if (entry.Label is { } label)
            {
                Count(scope, entry, label, _pane, 1);
                _joined++;
            }

            written[id] = entry;
        }

        await scope.Transaction.WriteJoinRowsAsync(Model.Name, [.. written.Values], cancellationToken).ConfigureAwait(false);
        return refused.Count == 0 ? rows : rows.FindAll(row => !refused.Contains(row));
    }

    /// <summary>A challenger sees every row, whoever served it.</summary>
    private void Fold(CommitScope scope, ShadowRows shadow, long[] times, List<int> rows)
    {
        var model = shadow.Model;
        using var groups = new PaneGroups(CollectionsMarshal.AsSpan(rows), row => (Instant.Floor(times[row], _pane), model.Baseline.Version));
        for (var i = 0; i < groups.Count; i++)
        {
            var start = groups.KeyOf(i).Start;
            Folder.Fold(shadow.Batch, shadow.Scores, groups.RowsOf(i), model.Baseline.Shape, scope.Delta(model.Series, start, model.Baseline.Shape));
            shadow.Segments?.Fold(shadow.Scores, groups.RowsOf(i).ToArray(), (key, slice) => scope.Delta(model.Series with { Segment = key }, start, slice));
        }
    }

    private void Fold(CommitScope scope, DecodedBatch batch, double[] scores, SegmentFolder? segments, long[] times, List<int> rows, HashSet<string> unknown)
    {
        using var groups = new PaneGroups(CollectionsMarshal.AsSpan(rows), row => (Instant.Floor(times[row], _pane), VersionOf(batch, row, unknown)));
        for (var i = 0; i < groups.Count; i++)
        {
            var (start, version) = groups.KeyOf(i);
            var group = groups.RowsOf(i);
            // What a model learns from is counted when it has learned; what a challenger served counts with all that it scored.
            if (version == Model.Baseline.Version ? Model.Learning is not null : Model.Challengers.Any(challenger => challenger.Baseline.Version == version)) continue;
            if (version == Model.Baseline.Version)
            {
                Folder.Fold(batch, scores, group, Model.Baseline.Shape, scope.Delta(Model.Series, start, Model.Baseline.Shape));
                segments?.Fold(scores, group.ToArray(), (key, slice) => scope.Delta(Model.Series with { Segment = key }, start, slice));
            }
            else
                scope.Delta(Model.Series with { Version = version, BaselineHash = "" }, start, null).AddRows(group.Length, false, false);
        }
    }

    private bool IsChampion(DecodedBatch batch, int row) => batch.Versions?[row] is not { } version || version == Model.Baseline.Version;

    private string VersionOf(DecodedBatch batch, int row, HashSet<string> unknown)
    {
        if (IsChampion(batch, row)) return Model.Baseline.Version;
        var version = batch.Versions![row]!;
        if (Model.Challengers.FirstOrDefault(challenger => challenger.Baseline.Version == version) is { } known) return known.Baseline.Version;
        return unknown.Contains(version) || (unknown.Count < MaxUnknownVersions && unknown.Add(version)) ? version : "other";
    }

    private async ValueTask<HashSet<string>> UnknownVersionsAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        if (batches.All(b => b.Batch.Versions is null)) return [];
        var series = await scope.Transaction.ReadSeriesAsync(Model.Name, cancellationToken).ConfigureAwait(false);
        // What the group's deliveries before this one brought is not appended yet.
        return series.Concat(scope.Touched(Model.Name)).Where(s => s.BaselineHash.Length == 0).Select(s => s.Version).ToHashSet(StringComparer.Ordinal);
    }
}

/// <summary>One batch of a delivery as a challenger has it.</summary>
internal readonly struct ShadowRows(Shadow shadow, int batch)
{
    public MonitoredModel Model { get; } = shadow.Model;

    public DecodedBatch Batch { get; } = shadow.Batches[batch].Batch;

    public double[] Scores { get; } = shadow.Batches[batch].Scores;

    public SegmentFolder? Segments { get; } = shadow.Model.Baseline.Shape.Segments.Columns.Count > 0 ? new SegmentFolder(shadow.Model.Baseline.Shape, shadow.Batches[batch].Batch) : null;
}
