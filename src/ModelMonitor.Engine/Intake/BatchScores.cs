using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Intake;

/// <summary>The score of every row: the model's, else the logged one, else NaN.</summary>
public static class BatchScores
{
    /// <exception cref="ScoringException">The model cannot score this batch.</exception>
    public static double[] Of(DecodedBatch batch, IScorer? scorer)
    {
        ArgumentNullException.ThrowIfNull(batch);
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
}
