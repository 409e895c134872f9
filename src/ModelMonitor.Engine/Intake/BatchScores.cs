using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Intake;

/// <summary>The score of every row: the model's (then compared with the logged one), else the logged one, else NaN. Of a multiclass model the place of the class it predicts.</summary>
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
        batch.FirstUnscored = scorer.Score(batch.Arrow, scores);
        if (batch.LoggedScores is { } logged) batch.ScoreDifferences = Differences(logged, scores, 1);
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
            var logged = batch.Probabilities;
            batch.Probabilities = [];
            var probabilities = new double[batch.Rows * classes];
            batch.FirstUnscored = scorer.Score(batch.Arrow, probabilities);
            batch.Probabilities = probabilities;
            if (logged.Length > 0) batch.ScoreDifferences = Differences(logged, probabilities, classes);
        }

        var scores = NotScored(batch.Rows);
        if (batch.Probabilities.Length == 0) return scores;
        for (var row = 0; row < scores.Length; row++)
        {
            if (MulticlassOutcomes.Predicted(batch.ProbabilitiesOf(row)) is >= 0 and var predicted) scores[row] = predicted;
        }

        return scores;
    }

    /// <summary>The largest |logged − computed| among the values of each row; NaN where one of them is not finite.</summary>
    private static double[] Differences(double[] logged, double[] computed, int valuesPerRow)
    {
        var differences = new double[logged.Length / valuesPerRow];
        for (var i = 0; i < logged.Length; i++)
        {
            // Math.Max hands NaN on: a row that lacks a value is not compared. An infinite one has no distance either.
            var difference = Math.Abs(logged[i] - computed[i]);
            differences[i / valuesPerRow] = Math.Max(differences[i / valuesPerRow], double.IsFinite(difference) ? difference : double.NaN);
        }

        return differences;
    }
}
