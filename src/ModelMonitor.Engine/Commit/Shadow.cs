using Apache.Arrow;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;

namespace ModelMonitor.Engine.Commit;

/// <summary>A challenger's own reading of a delivery: its columns by its baseline, its scores.</summary>
/// <param name="Model">The challenger.</param>
/// <param name="Batches">One for each batch of the delivery, of as many rows.</param>
internal sealed record Shadow(MonitoredModel Model, IReadOnlyList<(DecodedBatch Batch, double[] Scores)> Batches)
{
    /// <summary>Null where the challenger cannot read or score the delivery: that is no reason to refuse it, nor to guess.</summary>
    /// <param name="score">Scores one batch.</param>
    public static Shadow? Of(MonitoredModel challenger, IReadOnlyList<RecordBatch> batches, Func<MonitoredModel, DecodedBatch, double[]> score)
    {
        try
        {
            var decoded = batches.Select(batch => BatchDecoder.DecodePredictions(batch, challenger.Schema)).ToArray();
            return new(challenger, [.. decoded.Select(batch => (batch, score(challenger, batch)))]);
        }
        catch (Exception e) when (e is IntakeException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>A row's score as it waits for its label.</summary>
    public static State.ServedScore Served(MonitoredModel model, DecodedBatch batch, double[] scores, SegmentFolder? segments, int row) => new(model.Baseline.Version, model.Baseline.Hash, scores[row])
    {
        Segments = segments?.PlacesOf(row) ?? [],
        Probabilities = batch.Probabilities.Length > 0 && double.IsFinite(scores[row]) ? batch.ProbabilitiesOf(row).ToArray() : null,
        Ensemble = batch.Ensemble.Length > 0 ? batch.EnsembleOf(row).ToArray() : null,
    };
}
