using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;

namespace ModelMonitor.Host.Cli;

/// <summary>What a baseline says of its version, in lines for people.</summary>
internal static class ReferenceText
{
    private const int Named = 5;

    public static void Write(TextWriter output, Baseline baseline, FindingOptions options)
    {
        output.WriteLine($"  baseline  {baseline.Hash}");
        var metric = options.PrimaryMetric;
        Line(output, "train", baseline.Train, metric);
        if (baseline.Holdout is not { } holdout)
        {
            output.WriteLine("  hold-out  none: overfitting cannot be seen");
            Importance(output, baseline.Importance);
            Weights(output, baseline.Weights);
            return;
        }

        Line(output, "hold-out", holdout, metric);
        if (Findings.GapOf(baseline, metric) is { Value: { } gap } value)
            output.WriteLine($"  gap       {Figures.Percent(gap)} from train to hold-out, overfitting {Grade(GapJudgement.Of(value, options.Drop))}");
        Calibration(output, baseline.Calibration);
        Importance(output, baseline.Importance);
        Weights(output, baseline.Weights);
    }

    /// <summary>What estimates without labels rest on.</summary>
    private static void Calibration(TextWriter output, ScoreCalibration? calibration)
    {
        if (calibration is null) return;
        var what = calibration.Isotonic ? $"calibrated in {calibration.Rows.Count} steps" : "are taken as probabilities";
        output.WriteLine($"  scores    {what} (calibration error {Figures.Number(calibration.EceRaw)} as they are, {Figures.Number(calibration.EceCalibrated)} calibrated on other rows)");
    }

    /// <summary>What the model needs most: how much the metric drops where the column is permuted.</summary>
    private static void Importance(TextWriter output, PermutationImportance? importance)
    {
        if (importance is null || importance.Features.Count == 0) return;
        var named = importance.Features.Take(Named).Select(f => $"{f.Feature} {Figures.Number(f.Drop)}");
        var more = importance.Features.Count > Named ? $" and {importance.Features.Count - Named} more" : "";
        output.WriteLine($"  needs     {string.Join(", ", named)}{more} (drop of {importance.Metric} when permuted, {Figures.Count(importance.Rows)} rows)");
    }

    private static void Weights(TextWriter output, ModelWeights? weights)
    {
        if (weights is null) return;
        foreach (var w in weights.Tensors.Take(Named))
            output.WriteLine($"  weights   {w.Tensor}: {Figures.Count(w.Elements)} elements, L1 {Figures.Number(w.L1)}, Frobenius {Figures.Number(w.Frobenius)}, largest {Figures.Number(w.Largest)}, near zero {Figures.Percent(w.NearZeroShare)}");
        if (weights.Tensors.Count > Named) output.WriteLine($"  weights   and {weights.Tensors.Count - Named} more tensors in the baseline");
        foreach (var leftOut in weights.LeftOut) output.WriteLine($"  left out  {leftOut}");
    }

    private static void Line(TextWriter output, string name, ReferencePerformance performance, string metric) =>
        output.WriteLine($"  {name,-8}  {Figures.Count(performance.Rows)} rows, {metric} {Figures.WithInterval(performance.Performance, metric)}");

    private static string Grade(GapGrade grade) => grade switch
    {
        GapGrade.Confirmed => "confirmed",
        GapGrade.Suspected => "suspected",
        GapGrade.None => "not found",
        _ => "unknown (no standard error)",
    };
}
