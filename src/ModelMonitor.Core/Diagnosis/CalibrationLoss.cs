using MathNet.Numerics.Distributions;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>Whether scores still mean what they meant on the hold-out; where they don't, estimates are withheld.</summary>
/// <remarks>
/// Judged by three metrics and the primary one: the order of the scores (roc_auc), their level among predicted positives (precision) and
/// over all rows (brier). One value in twenty lies beyond a 95 % interval by chance alone, so the level is that of rules on PSI:
/// 1 − 0.001/(F·L), F = metrics judged, L = evaluations per window length.
/// </remarks>
public static class CalibrationLoss
{
    /// <summary>Predicted positives that a precision needs on both sides before its error is about normal.</summary>
    private const double LeastExpected = 10;

    private static readonly string[] s_judged = ["roc_auc", "precision", "brier"];

    /// <summary>The evaluation with its estimates withheld where it found the calibration lost.</summary>
    public static Evaluation Withhold(Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return evaluation.Findings.Any(finding => finding.Kind == FindingKind.CalibrationLost)
            ? evaluation with { Estimated = EstimatedPerformance.Undefined(MetricStatus.CalibrationLost, evaluation.Rows) }
            : evaluation;
    }

    /// <summary>|estimated − realised| &gt; z·SE + the bound of both, z of the two-sided level 1 − 0.001/(F·L). At most one finding: the metric farthest beyond.</summary>
    internal static void Add(List<Finding> findings, Evaluation evaluation, FindingOptions options)
    {
        if (Farthest(evaluation, options) is not { } lost) return;
        var (metric, limit) = lost;
        var error = evaluation.EstimatedErrors[metric];
        var realised = evaluation.Performance[metric].Value!.Value;
        findings.Add(new(FindingKind.CalibrationLost, metric, evaluation.Window, error.Value, error.Value < 0 ? -limit : limit,
            $"{metric} estimated without labels is {Prose.Number(realised + error.Value!.Value)} over {Prose.Window(evaluation)} and {Prose.Number(realised)} with them, "
            + $"more than {Prose.Number(limit)} apart: the scores no longer mean what they meant on the hold-out, and estimates are withheld."));
    }

    internal static bool IsLost(Evaluation evaluation, FindingOptions options) => Farthest(evaluation, options) is not null;

    private static (string Metric, double Limit)? Farthest(Evaluation evaluation, FindingOptions options)
    {
        var judged = s_judged.Append(options.PrimaryMetric).Distinct().Where(key => CanJudge(key, evaluation)).ToList();
        if (judged.Count == 0) return null;
        var z = Normal.InvCDF(0, 1, 1 - (0.0005 / ((double)judged.Count * Math.Max(options.LooksPerWindow, 1))));
        var (metric, ratio) = judged.Select(key => (key, Ratio: Math.Abs(evaluation.EstimatedErrors[key].Value!.Value) / Limit(evaluation.EstimatedErrors[key], z))).MaxBy(x => x.Ratio);
        return ratio > 1 ? (metric, Limit(evaluation.EstimatedErrors[metric], z)) : null;
    }

    private static bool CanJudge(string key, Evaluation evaluation)
    {
        if (!evaluation.EstimatedErrors.TryGetValue(key, out var error) || error is not { Value: { } value, StandardError: > 0 }) return false;
        if (key != "precision") return true;
        // SE² = p(1 − p)/m of the realised precision tells m, the predicted positives.
        var realised = evaluation.Performance[key];
        if (realised is not { Value: { } p, StandardError: > 0 and var spread }) return false;
        var predicted = p * (1 - p) / (spread * spread);
        return predicted * Math.Min(p + value, 1 - p - value) >= LeastExpected;
    }

    private static double Limit(MetricValue error, double z) => (z * error.DecisionError!.Value) + (error.ErrorBound ?? 0);
}
