using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Rules;

/// <summary>What the reference's own chunks add to limits: a value that the reference reaches too is no change.</summary>
internal static class ChunkLimits
{
    /// <summary>Equal chunks have a spread of 0, and their mean a rounding error.</summary>
    private const double Rounding = 1e-12;

    /// <summary>Noise of chunks as long as the window; null: `no_reference_chunks`. A slice has none: the chunks are of all rows.</summary>
    public static ChunkNoise? Of(Evaluation evaluation, Baseline? baseline, TimeRange range) =>
        evaluation.Segment.Length > 0 ? null : baseline?.Noise.For(range.Length);

    /// <summary>
    /// `beyond: k sd`: for a metric that is better when higher, value &lt; mean − k·sd; for one that is better when lower, and for PSI,
    /// value &gt; mean + k·sd (a PSI also above its noise); for any other, either. Mean and standard deviation over the reference's chunks.
    /// </summary>
    /// <param name="psiNoise">What a PSI must exceed besides; 0 for others.</param>
    public static Crossing Beyond(double times, string metric, double value, ValueNoise noise, double psiNoise)
    {
        var margin = (times * noise.StandardDeviation) + (Rounding * Math.Abs(noise.Mean));
        var (low, high) = (noise.Mean - margin, Math.Max(noise.Mean + margin, psiNoise));
        var direction = MetricRules.IsPsi(metric) ? MetricDirection.LowerIsBetter : MetricDirections.Of(metric);
        var lower = direction == MetricDirection.HigherIsBetter || (direction == MetricDirection.None && value < noise.Mean);
        return lower ? new(value < low, true, low) : new(value > high, false, high);
    }

    /// <summary>The end of a message: by what the limit is set.</summary>
    public static string Text(double times, ValueNoise noise) =>
        $" ({Diagnosis.Prose.Number(times)} standard deviations from {Diagnosis.Prose.Number(noise.Mean)}, the mean of {noise.Chunks} chunks of the reference).";
}
