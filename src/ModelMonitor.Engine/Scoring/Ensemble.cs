using Apache.Arrow;

namespace ModelMonitor.Engine.Scoring;

/// <summary>Models fitted on resamples of the training data, scored beside the one that serves: how far they part is the variance.</summary>
/// <param name="members">In the order of the configuration; disposed with the ensemble.</param>
public sealed class Ensemble(IReadOnlyList<IScorer> members) : IDisposable
{
    public IReadOnlyList<IScorer> Members { get; } = members;

    /// <summary>Hex SHA-256 of each member's file.</summary>
    public IReadOnlyList<string> Sha256 { get; } = [.. members.Select(member => member.Sha256)];

    /// <summary>Each member's score of each row, row by row; NaN where a member cannot score the row.</summary>
    /// <exception cref="ScoringException">A member cannot score this batch.</exception>
    public double[] Score(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var scores = new double[batch.Length * Members.Count];
        var own = new double[batch.Length];
        for (var m = 0; m < Members.Count; m++)
        {
            Members[m].Score(batch, own);
            for (var row = 0; row < own.Length; row++) scores[(row * Members.Count) + m] = own[row];
        }

        return scores;
    }

    public void Dispose()
    {
        foreach (var member in Members) member.Dispose();
    }
}
