using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Core.Capture;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Capture;

/// <summary>Captured rows with their labels and scores, split into their parts.</summary>
internal sealed class CapturedSet
{
    private readonly MonitoredModel _model;
    private readonly List<CapturedRows> _batches = [];
    private Dictionary<UInt128, JoinRow> _joined = [];
    private readonly List<(int Batch, int Row, UInt128 Id, CapturePart Part, long Time)> _rows = [];

    private CapturedSet(MonitoredModel model) => _model = model;

    /// <summary>Event times of the first and the last labelled row; null where there is none.</summary>
    public (long First, long Last)? Bounds => _rows.Count == 0 ? null : (_rows.Min(r => r.Time), _rows.Max(r => r.Time));

    /// <summary>All that is captured and labelled by now, from a time on.</summary>
    public static async ValueTask<CapturedSet> ReadAsync(IStateReader reader, MonitoredModel model, long from, CancellationToken cancellationToken)
    {
        var set = new CapturedSet(model);
        var options = model.Options.Capture ?? throw new InvalidOperationException("The model captures nothing.");
        await foreach (var captured in reader.ReadCapturedAsync(model.Name, from == long.MinValue ? from : Instant.Floor(from, Instant.Day), long.MaxValue, cancellationToken).ConfigureAwait(false)) set._batches.Add(CapturedRows.Read(captured.Body));
        var places = set._batches.SelectMany((rows, b) =>
        {
            var (ids, entities) = (rows.Ids, rows.Entities(options.Entity));
            return ids.Select((id, row) => (Batch: b, Row: row, Id: id, Entity: entities[row], Time: rows.Batch.Times[row]));
        }).Where(place => place.Time >= from).ToArray();
        set._joined = await LabelledRows.FindAsync(reader, model.Name, places.Select(p => p.Id), cancellationToken).ConfigureAwait(false);

        // A row that was delivered again is one row.
        var labelled = places.Where(p => set._joined.ContainsKey(p.Id)).DistinctBy(p => p.Id).OrderBy(p => p.Time).ToArray();
        var parts = CaptureSplit.Of([.. labelled.Select(p => (p.Entity, p.Time))], options.Validate);
        for (var i = 0; i < labelled.Length; i++) set._rows.Add((labelled[i].Batch, labelled[i].Row, labelled[i].Id, parts[i], labelled[i].Time));
        return set;
    }

    public int Count(CapturePart part) => _rows.Count(r => r.Part == part);

    /// <summary>Rows of a part in the order of time, as Arrow with the label in its own column; at most one batch for each delivery that they came with.</summary>
    public IEnumerable<RecordBatch> Rows(CapturePart part) => Batches(_rows.Where(r => r.Part == part).Select(r => (r.Batch, r.Row, r.Id)));

    /// <summary>The newest rows of a part before a time: as few as make up a number, and enough of each class to compare versions by; null where there are not so many.</summary>
    /// <param name="found">How many there are.</param>
    public IReadOnlyList<RecordBatch>? Newest(CapturePart part, long until, int least, out int found)
    {
        var due = _rows.Where(r => r.Part == part && r.Time < until).OrderByDescending(r => r.Time).ThenBy(r => r.Id).ToArray();
        found = due.Length;
        var positives = 0;
        for (var i = 0; i < due.Length; i++)
        {
            if (_joined[due[i].Id].Label == 1) positives++;
            if (i + 1 >= least && PairedComparison.Suffices(_model.Options.Task, i + 1, positives)) return [.. Batches(due.Take(i + 1).Select(r => (r.Batch, r.Row, r.Id)))];
        }

        return null;
    }

    /// <summary>Rows in [from, until) that two versions scored when they came, with the scores that they got then.</summary>
    public PairedRows Paired(string champion, string challenger, long from, long until)
    {
        var pairs = new PairedRows();
        foreach (var row in _rows.Where(r => r.Time >= from && r.Time < until).Select(r => _joined[r.Id]))
        {
            var (first, second) = (row.Scores.FirstOrDefault(s => s.Version == champion), row.Scores.FirstOrDefault(s => s.Version == challenger));
            if (first.Version is not null && second.Version is not null) pairs.Add(row.Label!.Value, first.Score, second.Score, first.Probabilities, second.Probabilities);
        }

        return pairs;
    }

    /// <summary>The labels of the rows of a part, in the order of <see cref="Rows"/>.</summary>
    public IEnumerable<double> Labels(CapturePart part) => Grouped(_rows.Where(r => r.Part == part).Select(r => (r.Batch, r.Row, r.Id))).SelectMany(group => group.Select(r => _joined[r.Id].Label!.Value));

    /// <summary>Event times, as <see cref="Labels"/>.</summary>
    public IEnumerable<long> Times(CapturePart part) => Grouped(_rows.Where(r => r.Part == part).Select(r => (r.Batch, r.Row, r.Id))).SelectMany(group => group.Select(r => _batches[r.Batch].Batch.Times[r.Row]));

    /// <summary>Training rows of the highest loss under the version that serves, worst first: labels that may be wrong.</summary>
    public IReadOnlyList<(RecordBatch Row, double Loss)> Suspicious(int most) =>
    [
        .. _rows.Where(r => r.Part == CapturePart.Train).Select(r => (r.Batch, r.Row, r.Id, Loss: LossOf(_joined[r.Id]))).Where(r => double.IsFinite(r.Loss))
            .OrderByDescending(r => r.Loss).Take(most).Select(r => (Batches([(r.Batch, r.Row, r.Id)]).Single(), r.Loss)),
    ];

    /// <summary>Log loss of a binary or multiclass row, squared error of a regression's.</summary>
    private double LossOf(JoinRow row)
    {
        var served = row.Scores.FirstOrDefault(s => s.Version == _model.Baseline.Version);
        if (served.Version is null) return double.NaN;
        return _model.Options.Task switch
        {
            TaskKind.Regression => Math.Pow(served.Score - row.Label!.Value, 2),
            TaskKind.Multiclass => served.Probabilities is { } p && row.Label is >= 0 ? -Math.Log(Math.Max(1e-15, p[(int)row.Label.Value])) : double.NaN,
            _ => -Math.Log(Math.Max(1e-15, row.Label == 1 ? served.Score : 1 - served.Score)),
        };
    }

    private static IEnumerable<IReadOnlyList<(int Batch, int Row, UInt128 Id)>> Grouped(IEnumerable<(int Batch, int Row, UInt128 Id)> rows) =>
        rows.GroupBy(r => r.Batch).Select(group => group.OrderBy(r => r.Row).ToArray());

    private IEnumerable<RecordBatch> Batches(IEnumerable<(int Batch, int Row, UInt128 Id)> rows) => Grouped(rows).Select(group => _batches[group[0].Batch].Take([.. group.Select(r => r.Row)])
        .ToArrow(_model.Options.Columns.Label ?? "label", LabelColumn([.. group.Select(r => _joined[r.Id].Label!.Value)])));

    /// <summary>Labels as the data write them, so that the file reads like any other.</summary>
    private IArrowArray LabelColumn(double[] labels)
    {
        if (_model.Options.Task == TaskKind.Regression) return new DoubleArray.Builder().AppendRange(labels).Build();
        var (positive, negative) = _model.Options.LabelPositive?.Text switch { null or "1" => ("1", "0"), "0" => ("0", "1"), "true" => ("true", "false"), "false" => ("false", "true"), { } text => (text, "not " + text) };
        var classes = _model.Baseline.Shape.Classes;
        return new StringArray.Builder().AppendRange(labels.Select(label => _model.Options.Task == TaskKind.Multiclass ? classes[(int)label] : label == 1 ? positive : negative)).Build();
    }
}
