using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;

namespace ModelMonitor.Host.Cli;

/// <summary>What a baseline says of its version, in lines for people.</summary>
internal static class ReferenceText
{
    public static void Write(TextWriter output, Baseline baseline, FindingOptions options)
    {
        output.WriteLine($"  baseline  {baseline.Hash}");
        var metric = options.PrimaryMetric;
        Line(output, "train", baseline.Train, metric);
        if (baseline.Holdout is not { } holdout)
        {
            output.WriteLine("  hold-out  none: overfitting cannot be seen");
            return;
        }

        Line(output, "hold-out", holdout, metric);
        if (Findings.GapOf(baseline, metric) is { Value: { } gap } value)
            output.WriteLine($"  gap       {Figures.Percent(gap)} from train to hold-out, overfitting {Grade(GapJudgement.Of(value, options.Drop))}");
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
