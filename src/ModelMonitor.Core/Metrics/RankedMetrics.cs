namespace ModelMonitor.Core.Metrics;

/// <summary>Metrics that depend on the order of the scores alone (and, but for lift, need both classes).</summary>
public static class RankedMetrics
{
    /// <summary>P(score⁺ &gt; score⁻) + ½·P(tie) = Σ_g p_g·(negatives below g + n_g/2) / (P·N), summed in integers.</summary>
    /// <remarks>Source: Mann–Whitney U; Hanley &amp; McNeil (1982).</remarks>
    public static double RocAuc(Ranking ranking)
    {
        Int128 twice = 0;
        long below = 0;
        foreach (var (_, positive, negative) in ranking.Groups)
        {
            twice += (Int128)positive * ((2 * (Int128)below) + negative);
            below += negative;
        }

        return (double)twice / (2.0 * ranking.Positives * ranking.Negatives);
    }

    /// <summary>½·Σ_b p_b·n_b / (P·N): what the unknown order within the bins can change. 0 where it is known.</summary>
    public static double RocAucErrorBound(Ranking ranking)
    {
        if (ranking.Exact) return 0;
        Int128 pairs = 0;
        foreach (var (_, positive, negative) in ranking.Groups) pairs += (Int128)positive * negative;
        return (double)pairs / (2.0 * ranking.Positives * ranking.Negatives);
    }

    /// <summary>√(S₁₀/P + S₀₁/N), the sample variances (n − 1) of each row's share of won pairs; null where a class has one row.</summary>
    /// <remarks>Source: DeLong, DeLong &amp; Clarke-Pearson (1988).</remarks>
    public static double? DeLongStandardError(Ranking ranking, double auc)
    {
        var (positives, negatives) = (ranking.Positives, ranking.Negatives);
        if (positives < 2 || negatives < 2) return null;
        double positiveSquares = 0, negativeSquares = 0;
        long negativesBelow = 0, positivesAbove = positives;
        foreach (var (_, positive, negative) in ranking.Groups)
        {
            positivesAbove -= positive;
            var ofPositive = ((negativesBelow + (0.5 * negative)) / negatives) - auc;
            var ofNegative = ((positivesAbove + (0.5 * positive)) / positives) - auc;
            positiveSquares += positive * ofPositive * ofPositive;
            negativeSquares += negative * ofNegative * ofNegative;
            negativesBelow += negative;
        }

        return Math.Sqrt((positiveSquares / (positives - 1) / positives) + (negativeSquares / (negatives - 1) / negatives));
    }

    /// <summary>max over thresholds of |TPR − FPR|, with how much greater it may be inside a bin (0 where scores are distinct).</summary>
    /// <remarks>Within a bin that starts at D the difference can reach D + p_b/P or D − n_b/N, and no further.</remarks>
    public static (double Value, double ErrorBound) KolmogorovSmirnov(Ranking ranking)
    {
        double positives = ranking.Positives, negatives = ranking.Negatives;
        double largest = 0, possible = 0, start = 0;
        long positivesUpTo = 0, negativesUpTo = 0;
        foreach (var (_, positive, negative) in ranking.Groups)
        {
            possible = Math.Max(possible, Math.Max(start + (positive / positives), (negative / negatives) - start));
            positivesUpTo += positive;
            negativesUpTo += negative;
            start = (positivesUpTo / positives) - (negativesUpTo / negatives);
            largest = Math.Max(largest, Math.Abs(start));
        }

        return (largest, ranking.Exact ? 0 : Math.Max(possible - largest, 0));
    }

    /// <summary>Σ (R_k − R_{k−1})·P_k over the distinct thresholds from the highest down, ties together.</summary>
    /// <remarks>Source: scikit-learn's average_precision_score.</remarks>
    public static double AveragePrecision(Ranking ranking)
    {
        double sum = 0;
        long hits = 0, rows = 0;
        for (var i = ranking.Groups.Count - 1; i >= 0; i--)
        {
            var (_, positive, negative) = ranking.Groups[i];
            hits += positive;
            rows += positive + negative;
            if (positive != 0) sum += positive * ((double)hits / rows);
        }

        return sum / ranking.Positives;
    }

    /// <summary>The positive rate of the n/10 rows with the highest scores (not rounded; rows tied at the border by their share) over that of all.</summary>
    public static double LiftTopDecile(Ranking ranking)
    {
        var wanted = ranking.Rows / 10.0;
        double hits = 0, left = wanted;
        for (var i = ranking.Groups.Count - 1; i >= 0 && left > 0; i--)
        {
            var (_, positive, negative) = ranking.Groups[i];
            var share = Math.Min(left / (positive + negative), 1);
            hits += share * positive;
            left -= positive + negative;
        }

        return hits / wanted / ((double)ranking.Positives / ranking.Rows);
    }
}
