using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>The confusion matrix at the decision threshold.</summary>
public readonly record struct Confusion(long TruePositives, long FalsePositives, long FalseNegatives, long TrueNegatives)
{
    public long Positives => TruePositives + FalseNegatives;

    public long Negatives => FalsePositives + TrueNegatives;

    public long PredictedPositives => TruePositives + FalsePositives;

    public long PredictedNegatives => FalseNegatives + TrueNegatives;

    public long Rows => Positives + Negatives;

    /// <summary>Exact, for the threshold is an edge of the score bins.</summary>
    public static Confusion Of(BinaryOutcomes outcomes, ScoreBins bins)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        ArgumentNullException.ThrowIfNull(bins);
        if (outcomes.Positives.Length != bins.Edges.Bins) throw new ShapeMismatchException("The outcomes were counted on other score bins.");
        var hits = Sum(outcomes.Positives[bins.FirstPositive..]);
        var alarms = Sum(outcomes.Negatives[bins.FirstPositive..]);
        return new(hits, alarms, outcomes.PositiveRows - hits, outcomes.NegativeRows - alarms);
    }

    /// <summary>TP / (TP + FP).</summary>
    public MetricValue Precision() => PredictedPositives == 0
        ? MetricValue.Undefined(MetricStatus.NoPredictedPositives, Rows)
        : Intervals.Proportion(TruePositives, PredictedPositives, Rows);

    /// <summary>TP / (TP + FN).</summary>
    public MetricValue Recall() => Positives == 0
        ? MetricValue.Undefined(MetricStatus.NoPositives, Rows)
        : Intervals.Proportion(TruePositives, Positives, Rows);

    /// <summary>(TP + TN) / n.</summary>
    public MetricValue Accuracy() => Intervals.Proportion(TruePositives + TrueNegatives, Rows, Rows);

    /// <summary>2·TP / (2·TP + FP + FN); variance by the delta method 4·TP·(FP+FN)·(TP+FP+FN) / (2·TP+FP+FN)⁴.</summary>
    public MetricValue F1()
    {
        double hits = TruePositives, errors = FalsePositives + FalseNegatives;
        var whole = (2 * hits) + errors;
        if (whole == 0) return MetricValue.Undefined(MetricStatus.NoPositives, Rows);
        return Intervals.Symmetric(2 * hits / whole, Math.Sqrt(4 * hits * errors * (hits + errors)) / (whole * whole), Rows, 0, 1);
    }

    /// <summary>½·(TP/P + TN/N).</summary>
    public MetricValue BalancedAccuracy() => Positives == 0 || Negatives == 0
        ? MetricValue.Undefined(MetricStatus.OneClassOnly, Rows)
        : MetricValue.Of(0.5 * (((double)TruePositives / Positives) + ((double)TrueNegatives / Negatives)), Rows);

    /// <summary>Matthews: (TP·TN − FP·FN) / √(P·N·predicted positives·predicted negatives).</summary>
    public MetricValue Mcc()
    {
        if (Positives == 0 || Negatives == 0) return MetricValue.Undefined(MetricStatus.OneClassOnly, Rows);
        if (PredictedPositives == 0 || PredictedNegatives == 0) return MetricValue.Undefined(MetricStatus.ZeroDenominator, Rows);
        var covariance = (double)(((Int128)TruePositives * TrueNegatives) - ((Int128)FalsePositives * FalseNegatives));
        return MetricValue.Of(covariance / (Math.Sqrt((double)Positives * Negatives) * Math.Sqrt((double)PredictedPositives * PredictedNegatives)), Rows);
    }

    private static long Sum(ReadOnlySpan<long> counts)
    {
        long sum = 0;
        foreach (var count in counts) sum += count;
        return sum;
    }
}
