using ModelMonitor.Core;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Commit;

/// <summary>A delivery of ground truth: each label is counted in the pane of its prediction, or waits for it; a correction takes the earlier one back.</summary>
internal sealed class LabelWork(MonitoredModel model, MonitorOptions options, IReadOnlyList<DecodedLabels> batches, DeliveryIdentity? identity)
    : DeliveryWork(model, Streams.Labels, identity)
{
    private readonly long _pane = Instant.From(options.Pane);
    private readonly Dictionary<string, long> _outcomes = [];
    private readonly List<TimeSpan> _delays = [];

    public override int Rows { get; } = batches.Sum(b => b.Rows);

    /// <summary>Rows by outcome: joined, waiting, duplicate, corrected.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => _outcomes;

    /// <summary>From prediction to label, of the rows joined.</summary>
    public IReadOnlyList<TimeSpan> Delays => _delays;

    protected override async ValueTask FoldAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        _outcomes.Clear();
        _delays.Clear();
        var seenHere = new Dictionary<UInt128, JoinRow>();
        foreach (var batch in batches)
        {
            var wanted = batch.Ids.Where(id => id != UInt128.Zero && JoinSample.Includes(id, Model.Options.JoinSample));
            var stored = await JoinRows.LoadAsync(scope, Model.Name, wanted, seenHere, cancellationToken).ConfigureAwait(false);
            var written = new SortedDictionary<UInt128, JoinRow>();
            for (var i = 0; i < batch.Rows; i++)
            {
                var id = batch.Ids[i];
                if (id == UInt128.Zero) Reject(RejectReason.NullId);
                else if (!double.IsFinite(batch.Labels[i])) Reject(RejectReason.NullLabel);
                else if (IsUnknownClass(batch.Labels[i])) Reject(RejectReason.UnknownClass);
                else if (!JoinSample.Includes(id, Model.Options.JoinSample)) Outcome("not_sampled");
                else
                {
                    if (!stored.TryGetValue(id, out var row)) stored.Add(id, row = seenHere[id] = new JoinRow { Id = id });
                    Apply(scope, row, batch.Labels[i], batch.LabelTimes is { } times && times[i] != long.MinValue ? times[i] : null);
                    written[id] = row;
                }
            }

            await scope.Transaction.WriteJoinRowsAsync(Model.Name, [.. written.Values], cancellationToken).ConfigureAwait(false);
        }
    }

    private void Apply(CommitScope scope, JoinRow row, double label, long? labelTime)
    {
        row.Touched = scope.Now;
        if (row.Label is { } earlier)
        {
            if (!JoinRows.Wins(label, labelTime, earlier, row.LabelTime))
            {
                Outcome("duplicate");
                return;
            }

            if (row.EventTime is not null && earlier != label)
            {
                Count(scope, row, earlier, _pane, -1);
                Count(scope, row, label, _pane, 1);
            }

            Outcome(earlier == label ? "duplicate" : "corrected");
        }
        else if (row.EventTime is { } eventTime)
        {
            Count(scope, row, label, _pane, 1);
            Outcome("joined");
            _delays.Add(TimeSpan.FromMicroseconds((labelTime ?? scope.Now) - eventTime));
        }
        else
        {
            Outcome("waiting");
        }

        (row.Label, row.LabelTime) = (label, labelTime);
    }

    private void Outcome(string outcome) => _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
}
