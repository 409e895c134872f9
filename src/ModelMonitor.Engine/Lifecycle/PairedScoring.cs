using Apache.Arrow;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>The same labelled rows, scored by two versions.</summary>
/// <param name="Rows">Those that both scored.</param>
/// <param name="Missed">Rows that the champion scored and the challenger did not.</param>
/// <param name="Scored">Rows that the champion scored.</param>
internal sealed record PairedScoring(PairedRows Rows, int Missed, int Scored)
{
    /// <exception cref="IntakeException">A batch does not fit, or has no labels.</exception>
    /// <exception cref="Scoring.ScoringException">One of them cannot score a batch.</exception>
    public static PairedScoring Of(IEnumerable<RecordBatch> batches, MonitoredModel champion, MonitoredModel challenger, CancellationToken cancellationToken)
    {
        var (rows, missed, all) = (new PairedRows(), 0, 0);
        foreach (var batch in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (first, second) = (BatchDecoder.DecodePredictions(batch, champion.Schema), BatchDecoder.DecodePredictions(batch, challenger.Schema));
            var (a, b) = (Score(champion, first), Score(challenger, second));
            var labels = first.Labels ?? throw new IntakeException($"there is no label column '{champion.Options.Columns.Label}'", malformed: false);
            for (var row = 0; row < batch.Length; row++)
            {
                if (!double.IsFinite(a[row]) || !double.IsFinite(labels[row])) continue;
                all++;
                if (!double.IsFinite(b[row])) missed++;
                else rows.Add(labels[row], a[row], b[row], Probabilities(first, row), Probabilities(second, row));
            }
        }

        return new(rows, missed, all);
    }

    private static double[] Score(MonitoredModel model, DecodedBatch batch) => BatchScores.Of(batch, model.Scorer, model.Baseline.Shape.Classes.Count);

    private static double[]? Probabilities(DecodedBatch batch, int row) => batch.Probabilities.Length > 0 ? batch.ProbabilitiesOf(row).ToArray() : null;
}
