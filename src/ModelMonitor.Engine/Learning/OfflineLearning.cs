using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Learning;

/// <summary>Learns a baseline from the first days of production files, as the running monitor does from a stream.</summary>
public sealed class OfflineLearning(MonitoredModel model, MonitorOptions options)
{
    private readonly long _period = Instant.From(model.Learning?.Period ?? throw new ArgumentException($"Model {model.Name} does not learn.", nameof(model)));
    private readonly Dictionary<UInt128, (double Label, long? At)> _labels = [];
    private List<LearningBatch> _kept = [];
    private long _first = long.MaxValue;
    private int _halvings;

    /// <exception cref="IntakeException">The batch does not fit, or has no time column.</exception>
    public void Predictions(RecordBatch batch)
    {
        var decoded = BatchDecoder.DecodePredictions(batch, model.Schema);
        var times = decoded.Times ?? throw new IntakeException($"there is no time column '{model.Options.Columns.Time}' to tell the first days by", malformed: false);
        var known = times.Where(t => t != long.MinValue);
        if (!known.Any()) return;
        _first = Math.Min(_first, known.Min());
        var rows = Enumerable.Range(0, times.Length).Where(row => times[row] != long.MinValue && times[row] < _first + _period).ToArray();
        if (rows.Length == 0) return;
        for (var row = 0; decoded.Labels is { } labels && decoded.Ids is { } ids && row < rows.Length; row++)
            Label(ids[rows[row]], labels[rows[row]], decoded.LabelTimes?[rows[row]]);
        _kept.Add(new LearningBatch(LearningRows.Readable(batch), times, new double[times.Length]).Take(rows).Sample(model.Options.Columns, Share));
        while (_kept.Sum(b => (long)b.Times.Length) > options.Ingest.MaxLearningRows)
        {
            _halvings++;
            _kept = [.. _kept.Select(b => b.Sample(model.Options.Columns, Share))];
        }
    }

    /// <exception cref="IntakeException">The batch does not fit.</exception>
    public void Labels(RecordBatch batch)
    {
        var decoded = BatchDecoder.DecodeLabels(batch, model.Schema);
        for (var row = 0; row < decoded.Rows; row++) Label(decoded.Ids[row], decoded.Labels[row], decoded.LabelTimes?[row]);
    }

    /// <summary>The model with what was learned; rows before the end of the learning are not evaluated.</summary>
    /// <exception cref="IntakeException">There are no rows.</exception>
    /// <exception cref="ScoringException">The model cannot score them.</exception>
    public MonitoredModel Build(CancellationToken cancellationToken)
    {
        if (_kept.Count == 0) throw new IntakeException("there are no rows to learn a baseline from", malformed: false);
        var end = _first + _period;
        var seen = _kept.Sum(b => b.Times.LongCount(t => t < end));
        var learned = new LearnedReference(_first, end, (long)(seen / Share), Share);
        var due = end + Instant.From(options.Lateness);
        var baseline = LearnedBaseline.Build(model.Options, model.Scorer, _kept, batch => [.. batch.Ids(model.Options.Columns).Select(id => _labels.TryGetValue(id, out var l) && !(l.At > due) ? l.Label : double.NaN)], learned, cancellationToken);
        return model.With(baseline) with { CountFrom = end };
    }

    private double Share => Math.Pow(0.5, _halvings);

    private void Label(UInt128 id, double label, long? at)
    {
        if (id == UInt128.Zero || !double.IsFinite(label)) return;
        if (at == long.MinValue) at = null;
        if (!_labels.TryGetValue(id, out var earlier) || JoinRows.Wins(label, at, earlier.Label, earlier.At)) _labels[id] = (label, at);
    }
}
