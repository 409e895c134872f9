namespace ModelMonitor.Core.Kernels;

/// <summary><see cref="RadixRanking"/> written as plainly as possible: rows sorted and grouped by score.</summary>
internal static class RankingNaive
{
    public static RankSummary Of(ReadOnlySpan<float> scores, ReadOnlySpan<byte> labels)
    {
        var rows = new List<(float Score, bool Positive)>();
        for (var i = 0; i < scores.Length; i++)
        {
            if (!float.IsNaN(scores[i])) rows.Add((scores[i] == 0 ? 0 : scores[i], labels[i] != 0));
        }

        long positives = rows.Count(r => r.Positive), negatives = rows.Count - positives;
        long twice = 0, p = 0, n = 0, positivesAt = 0, negativesAt = 0, widest = 0;
        foreach (var group in rows.GroupBy(r => r.Score).OrderBy(g => g.Key))
        {
            long positive = group.Count(r => r.Positive), negative = group.Count() - positive;
            twice += positive * ((2 * n) + negative);
            (p, n) = (p + positive, n + negative);
            var difference = Math.Abs((p * negatives) - (n * positives));
            if (difference > widest) (widest, positivesAt, negativesAt) = (difference, p, n);
        }

        return new(positives, negatives, twice, positivesAt, negativesAt);
    }
}
