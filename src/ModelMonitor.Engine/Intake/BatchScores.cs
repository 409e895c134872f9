using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Intake;

/// <summary>The score of every row: the model's, else the logged one, else NaN. Of a multiclass model the place of the class it predicts.</summary>
public static class BatchScores
{
    /// <summary>Multiclass: also puts the probabilities into the batch.</summary>
    /// <param name="classes">How many classes a multiclass model has; 0 for other tasks.</param>
    /// <exception cref="ScoringException">The model cannot score this batch.</exception>
    public static double[] Of(DecodedBatch batch, IScorer? scorer, int classes = 0)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (classes > 0) return Predicted(batch, scorer, classes);
        if (scorer is null) return batch.LoggedScores ?? NotScored(batch.Rows);
        var scores = new double[batch.Rows];
        scorer.Score(batch.Arrow, scores);
        return scores;
    }

    public static double[] NotScored(int rows)
    {
        var scores = new double[rows];
        Array.Fill(scores, double.NaN);
        return scores;
    }

    private static double[] Predicted(DecodedBatch batch, IScorer? scorer, int classes)
    {
        if (scorer is not null)
        {
            batch.Probabilities = [];
            var probabilities = new double[batch.Rows * classes];
            scorer.Score(batch.Arrow, probabilities);
            batch.Probabilities = probabilities;
        }

        var scores = NotScored(batch.Rows);
        if (batch.Probabilities.Length == 0) return scores;
        for (var row = 0; row < scores.Length; row++)
        {
            if (MulticlassOutcomes.Predicted(batch.ProbabilitiesOf(row)) is >= 0 and var predicted) scores[row] = predicted;
        }

        return scores;
    }
}
