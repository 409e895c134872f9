namespace ModelMonitor.Core.Metrics;

/// <summary>Rows of neighbouring predictions, and how far off they are.</summary>
/// <param name="From">Their least prediction.</param>
/// <param name="To">Their greatest.</param>
/// <param name="Spread">Standard deviation of their residuals; divides by n.</param>
public readonly record struct ResidualGroup(double From, double To, double MeanPrediction, int Rows, double MeanResidual, double Spread);

/// <summary>Single residuals of a regression, in groups.</summary>
public static class Residuals
{
    /// <summary>Mean of the residuals, and their standard deviation √(Σ(r − mean)²/n).</summary>
    /// <returns>NaN without rows.</returns>
    public static (double Mean, double Spread) Moments(IReadOnlyCollection<LabelledScore> rows)
    {
        if (rows.Count == 0) return (double.NaN, double.NaN);
        var mean = rows.Average(r => r.Residual);
        return (mean, Math.Sqrt(rows.Average(r => (r.Residual - mean) * (r.Residual - mean))));
    }

    /// <summary>Rows in the order of their predictions, cut into tenths. Equal predictions stay together, in the tenth of the first of them: which of them were cut off would be chance.</summary>
    /// <returns>By prediction, ascending; fewer than ten where predictions are few or equal.</returns>
    public static IReadOnlyList<ResidualGroup> Deciles(IReadOnlyCollection<LabelledScore> rows)
    {
        var tenths = new List<LabelledScore>[10];
        var before = 0;
        foreach (var equal in rows.GroupBy(r => r.Score).OrderBy(group => group.Key))
        {
            (tenths[(int)(10L * before / rows.Count)] ??= []).AddRange(equal);
            before += equal.Count();
        }

        return [.. tenths.Where(tenth => tenth is not null).Select(GroupOf)];
    }

    /// <summary>Rows whose residual lies in (edge, next edge]; in the first bin also those on its lower edge.</summary>
    /// <param name="edges">Ascending; all residuals lie between the first and the last.</param>
    /// <returns>One count fewer than edges.</returns>
    public static int[] Counts(IEnumerable<LabelledScore> rows, double[] edges)
    {
        var counts = new int[edges.Length - 1];
        foreach (var row in rows)
        {
            var place = Array.BinarySearch(edges, row.Residual);
            counts[Math.Clamp((place < 0 ? ~place : place) - 1, 0, counts.Length - 1)]++;
        }

        return counts;
    }

    private static ResidualGroup GroupOf(List<LabelledScore> rows)
    {
        var (mean, spread) = Moments(rows);
        return new(rows[0].Score, rows[^1].Score, rows.Average(r => r.Score), rows.Count, mean, spread);
    }
}
