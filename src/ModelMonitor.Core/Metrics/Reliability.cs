using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>One bin of the reliability diagram.</summary>
/// <param name="From">Lower end of its scores; the bin is 0.1 wide.</param>
/// <param name="MeanScore">What the model says.</param>
/// <param name="Share">What came: the share of positives, with Wilson's interval.</param>
public sealed record ReliabilityBin(double From, long Rows, long Positives, double MeanScore, MetricValue Share);

/// <summary>What scores promise against what came, over the bins of the expected calibration error.</summary>
public static class Reliability
{
    /// <summary>ECE = Σ rows·|mean score − share| / n over these bins.</summary>
    /// <returns>The bins that have rows; none where scores are no probabilities.</returns>
    public static IReadOnlyList<ReliabilityBin> Of(BinaryOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        if (outcomes.NotProbabilities != 0) return [];
        return [.. outcomes.Calibration
            .Select((bin, i) => (Bin: bin, From: i / (double)BinaryOutcomes.CalibrationBins))
            .Where(b => b.Bin.Rows > 0)
            .Select(b => new ReliabilityBin(b.From, b.Bin.Rows, b.Bin.Positives, b.Bin.Scores.Value / b.Bin.Rows, Intervals.Proportion(b.Bin.Positives, b.Bin.Rows, b.Bin.Rows)))];
    }
}
