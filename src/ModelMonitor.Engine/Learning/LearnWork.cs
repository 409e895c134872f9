using System.Text;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Learning;

/// <summary>
/// The end of learning, in one transaction: the baseline is made, the rows that were kept are counted on it, their labels too, and they are
/// deleted; registry and audit say so. The baseline itself is kept with it, so that the file beside the store can always be written again.
/// </summary>
internal sealed class LearnWork(MonitoredModel model, MonitorOptions options) : IWork
{
    /// <summary>Ids looked up at once.</summary>
    private const int Lookup = 10_000;

    public int Rows => 0;

    /// <summary>Null: it is too early, or was done before.</summary>
    public Baseline? Baseline { get; private set; }

    public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        Baseline = null;
        var (transaction, period) = (scope.Transaction, model.Learning!.Period);
        if (await LearningMarks.IsLearnedAsync(transaction, model, cancellationToken).ConfigureAwait(false)) return;
        var marks = await LearningMarks.ReadAsync(transaction, model, cancellationToken).ConfigureAwait(false);
        if (!marks.IsDue(period, options.Lateness)) return;
        var batches = await LearningRows.ReadAsync(transaction, model, cancellationToken).ConfigureAwait(false);
        var labels = await LabelsAsync(transaction, batches, cancellationToken).ConfigureAwait(false);
        var learned = new LearnedReference(marks.First!.Value, marks.First.Value + Instant.From(period), marks.Seen, marks.Share);
        var baseline = LearnedBaseline.Build(model.Options, model.Scorer, batches, batch => LabelsOf(batch, labels), learned, cancellationToken);
        var serving = model.With(baseline);
        foreach (var batch in batches) Fold(scope, serving, batch, LabelsOf(batch, labels));
        await transaction.DeleteLearningAsync(model.Name, cancellationToken).ConfigureAwait(false);
        await transaction.AppendLearningAsync(model.Name, baseline.Version, Encoding.UTF8.GetBytes(BaselineJson.Write(baseline)), cancellationToken).ConfigureAwait(false);
        await LearningMarks.WriteLearnedAsync(transaction, model, scope.Now, cancellationToken).ConfigureAwait(false);
        await transaction.WriteVersionAsync(new(model.Name, baseline.Version, baseline.Hash, baseline.ModelSha256, VersionRole.Champion, scope.Now), cancellationToken).ConfigureAwait(false);
        await transaction.AddAuditAsync(
            new(scope.Now, model.Name, "learning", $"baseline of version {baseline.Version} learned from production",
                FormattableString.Invariant($"{ReferenceAcceptance.Text(new TimeRange(learned.Start, learned.End))}, {baseline.ReferenceRows} rows of {marks.Seen} that came (share kept {marks.Share}), {baseline.Labels.Rows} labels, baseline {baseline.Hash}")),
            cancellationToken).ConfigureAwait(false);
        Baseline = baseline;
    }

    private void Fold(CommitScope scope, MonitoredModel serving, LearningBatch batch, double[] labels)
    {
        var decoded = BatchDecoder.DecodePredictions(batch.Rows, serving.Schema);
        var pane = Instant.From(options.Pane);
        foreach (var group in Enumerable.Range(0, decoded.Rows).GroupBy(row => Instant.Floor(batch.Times[row], pane)))
        {
            var delta = scope.Delta(serving.Series, group.Key, serving.Baseline.Shape);
            Folder.Fold(decoded, batch.Scores, [.. group], serving.Baseline.Shape, delta);
            foreach (var row in group) delta.AddOutcome(batch.Scores[row], labels[row]);
        }
    }

    private async ValueTask<Dictionary<UInt128, double>> LabelsAsync(IStateTransaction transaction, List<LearningBatch> batches, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<UInt128, double>();
        foreach (var ids in batches.SelectMany(b => b.Ids(model.Options.Columns)).Where(id => id != UInt128.Zero).Distinct().Order().Chunk(Lookup))
        {
            foreach (var row in await transaction.ReadJoinRowsAsync(model.Name, ids, cancellationToken).ConfigureAwait(false))
            {
                if (row?.Label is { } label) labels[row.Id] = label;
            }
        }

        return labels;
    }

    private double[] LabelsOf(LearningBatch batch, Dictionary<UInt128, double> labels) => [.. batch.Ids(model.Options.Columns).Select(id => labels.GetValueOrDefault(id, double.NaN))];
}
