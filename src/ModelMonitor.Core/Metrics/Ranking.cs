using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Labelled rows in ascending order of score, in groups that tie.</summary>
/// <param name="Groups">Groups of rows with one score, or within one score bin; without empty ones.</param>
/// <param name="Positives">P, positive rows in all.</param>
/// <param name="Negatives">N, negative rows in all.</param>
/// <param name="Exact">True where a group is one score; false where it is a bin, within which the order is not known.</param>
public sealed record Ranking(IReadOnlyList<ScoreGroup> Groups, long Positives, long Negatives, bool Exact)
{
    public long Rows => Positives + Negatives;

    /// <summary>The distinct scores where they are all there, for fewer rows than <see cref="DistinctScores.Limit"/>; else the score bins.</summary>
    public static Ranking Of(BinaryOutcomes outcomes, DistinctScores distinct)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        ArgumentNullException.ThrowIfNull(distinct);
        var (positives, negatives) = (outcomes.PositiveRows, outcomes.NegativeRows);
        if (distinct.Complete && positives + negatives < DistinctScores.Limit)
        {
            var groups = distinct.Ascending();
            if (groups.Sum(g => g.Positive) == positives && groups.Sum(g => g.Negative) == negatives) return new(groups, positives, negatives, Exact: true);
        }

        return new(Binned(outcomes), positives, negatives, Exact: false);
    }

    private static List<ScoreGroup> Binned(BinaryOutcomes outcomes)
    {
        var groups = new List<ScoreGroup>();
        for (var i = 0; i < outcomes.Positives.Length; i++)
        {
            var (positive, negative) = (outcomes.Positives[i], outcomes.Negatives[i]);
            if (positive != 0 || negative != 0) groups.Add(new(i, positive, negative));
        }

        return groups;
    }
}
