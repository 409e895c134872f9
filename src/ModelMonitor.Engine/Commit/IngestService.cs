using Apache.Arrow;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Commit;

/// <summary>The way in: decode, score, commit, then answer. HTTP, replay and the offline evaluation all come through here.</summary>
/// <param name="learning">Needed where models learn their baseline from production.</param>
/// <param name="catalog">Needed where versions take each other's place.</param>
public sealed class IngestService(StateWriter writer, MonitorOptions options, ITelemetry telemetry, TimeProvider clock, BaselineLearning? learning = null, ModelCatalog? catalog = null)
{
    /// <summary>Takes one delivery of predictions, all or nothing, and returns after its commit.</summary>
    /// <returns>The reply and one score per row, batch by batch; null where the queue is full: nothing was taken, send again later.</returns>
    /// <exception cref="IntakeException">A batch does not fit; nothing was taken.</exception>
    /// <exception cref="DeliveryConflictException">The key was used before for another body.</exception>
    public async Task<(IngestReply Reply, IReadOnlyList<(DecodedBatch Batch, double[] Scores)> Batches)?> PredictionsAsync(
        MonitoredModel model, IReadOnlyList<RecordBatch> batches, DeliveryIdentity? identity)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        (DecodedBatch, double[])[] scored;
        try
        {
            scored = [.. batches.Select(b => BatchDecoder.DecodePredictions(b, model.Schema)).Select(b => (b, Score(model, b)))];
        }
        catch (ObjectDisposedException) when (catalog?.Find(model.Name) is { } now && now.Baseline.Version != model.Baseline.Version)
        {
            // Another version took its place between the request and its first batch, and its scorer is gone.
            return await PredictionsAsync(now, batches, identity).ConfigureAwait(false);
        }

        var shadows = model.Challengers.Select(challenger => Shadow.Of(challenger, batches, Score)).ToArray();
        for (var c = 0; c < shadows.Length; c++)
            if (shadows[c] is null) telemetry.ShadowFailed(model.Name, model.Challengers[c].Baseline.Version);
        var work = new PredictionWork(model, options, scored, identity) { Shadows = [.. shadows.OfType<Shadow>()] };
        if (await CommitAsync(model, Streams.Predictions, work).ConfigureAwait(false) is not { } reply)
            return work.Superseded ? await PredictionsAsync(await model.Learning!.Learned.ConfigureAwait(false), batches, identity).ConfigureAwait(false) : null;
        if (model.Learning is not null && learning is not null) await learning.TryAsync(model).ConfigureAwait(false);
        if (reply.Duplicate) return (reply, scored);
        telemetry.Labels(model.Name, "joined", work.Joined);
        foreach (var delay in work.Delays) telemetry.LabelDelay(model.Name, delay);
        return (reply, scored);
    }

    /// <summary>Takes one delivery of ground truth; as <see cref="PredictionsAsync"/>.</summary>
    public async Task<IngestReply?> LabelsAsync(MonitoredModel model, IReadOnlyList<RecordBatch> batches, DeliveryIdentity? identity)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        var decoded = batches.Select(b => BatchDecoder.DecodeLabels(b, model.Schema)).ToArray();
        var work = new LabelWork(model, options, decoded, identity);
        if (await CommitAsync(model, Streams.Labels, work).ConfigureAwait(false) is not { } reply)
            return work.Superseded ? await LabelsAsync(await model.Learning!.Learned.ConfigureAwait(false), batches, identity).ConfigureAwait(false) : null;
        if (reply.Duplicate) return reply;
        foreach (var (outcome, rows) in work.Outcomes) telemetry.Labels(model.Name, outcome, rows);
        foreach (var delay in work.Delays) telemetry.LabelDelay(model.Name, delay);
        return reply;
    }

    private async Task<IngestReply?> CommitAsync(MonitoredModel model, string stream, DeliveryWork work)
    {
        if (writer.TrySubmit(work) is not { } committed) return null;
        await committed.ConfigureAwait(false);
        if (work.Superseded) return null;
        if (work.Conflict) throw new DeliveryConflictException(work.DeliveryKey!);
        var reply = work.Reply!;
        if (reply.Duplicate) return reply;
        telemetry.RowsReceived(model.Name, stream, reply.Rows);
        foreach (var (reason, rows) in reply.Rejected) telemetry.RowsRejected(model.Name, stream, reason, rows);
        return reply;
    }

    /// <summary>Where only scoring is impossible the rows are still watched.</summary>
    private double[] Score(MonitoredModel model, DecodedBatch batch)
    {
        var begun = clock.GetTimestamp();
        try
        {
            var scores = BatchScores.Of(batch, model.Scorer, model.Baseline.Shape.Classes.Count);
            batch.Ensemble = model.Ensemble?.Score(batch.Arrow) ?? [];
            return scores;
        }
        catch (ScoringException e)
        {
            batch.NotScored = e.Message;
            return BatchScores.NotScored(batch.Rows);
        }
        finally
        {
            telemetry.Scored(model.Name, clock.GetElapsedTime(begun));
        }
    }
}
