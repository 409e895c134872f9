namespace ModelMonitor.Core.Metrics;

/// <summary>A threshold and what it does: rows at or above it are predicted positive.</summary>
/// <param name="Threshold">A distinct score, or the index of a score bin where the ranking is not exact; null for the start, which predicts nothing positive.</param>
/// <param name="FalsePositiveRate">Share of the negative rows at or above it.</param>
/// <param name="TruePositiveRate">Share of the positive rows at or above it.</param>
public readonly record struct RocPoint(double? Threshold, double FalsePositiveRate, double TruePositiveRate);

/// <summary>The ROC curve: every threshold from the highest down, from (0, 0) to (1, 1).</summary>
public static class RocCurve
{
    /// <summary>Between the points the curve is straight; the area under it is <see cref="RankedMetrics.RocAuc"/>, and the largest vertical distance from the diagonal is the KS.</summary>
    /// <returns>None where a class has no rows.</returns>
    public static IReadOnlyList<RocPoint> Of(Ranking ranking)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        if (ranking.Positives <= 0 || ranking.Negatives <= 0) return [];
        var points = new List<RocPoint>(ranking.Groups.Count + 1) { new(null, 0, 0) };
        long hits = 0, alarms = 0;
        for (var i = ranking.Groups.Count - 1; i >= 0; i--)
        {
            var (score, positive, negative) = ranking.Groups[i];
            hits += positive;
            alarms += negative;
            points.Add(new(score, (double)alarms / ranking.Negatives, (double)hits / ranking.Positives));
        }

        return points;
    }

    /// <summary>The threshold with the largest |TPR − FPR|: where the KS is taken, as <see cref="RankedMetrics.KolmogorovSmirnov"/> has it.</summary>
    public static RocPoint Farthest(IReadOnlyList<RocPoint> curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        var farthest = curve[0];
        foreach (var point in curve)
        {
            if (Math.Abs(point.TruePositiveRate - point.FalsePositiveRate) > Math.Abs(farthest.TruePositiveRate - farthest.FalsePositiveRate)) farthest = point;
        }

        return farthest;
    }
}
