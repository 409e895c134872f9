using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>What is wrong with a version, in its baseline or over a window. Pure: the same values give the same findings in the same order.</summary>
public static class Findings
{
    /// <summary>The window's name in findings about a version alone.</summary>
    public const string VersionWindow = "version";

    /// <summary>All findings of an evaluation, what the data say first, then scores, then performance, then the version.</summary>
    /// <param name="evaluation">Its own <see cref="Evaluation.Findings"/> are not read.</param>
    /// <param name="baseline">That of the evaluation's version; for a segment, with the reference counts and labels of the same slice, else its findings compare a slice with the whole.</param>
    /// <param name="options">By what it is measured.</param>
    public static IReadOnlyList<Finding> Of(Evaluation evaluation, Baseline baseline, FindingOptions options)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(options);
        List<Finding> findings = [];
        DataFindings.Add(findings, evaluation, baseline);
        DriftFindings.Add(findings, evaluation, baseline, options);
        PerformanceFindings.Add(findings, evaluation, baseline, options);
        // Facts about the version: told once, not once a slice.
        if (evaluation.Segment.Length > 0) return findings;
        if (GapIn(evaluation, options.PrimaryMetric, "train", "holdout") is { } gap)
            VersionFindings.AddOverfitting(findings, gap.Value, baseline, options, evaluation.Window);
        VersionFindings.AddUnderfitting(findings, baseline, options, evaluation.Window);
        return findings;
    }

    /// <summary>What a baseline alone says about its version, before it serves: overfitting, underfitting, and what the gate asks.</summary>
    public static IReadOnlyList<Finding> OfVersion(Baseline baseline, FindingOptions options)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(options);
        List<Finding> findings = [];
        VersionFindings.AddGate(findings, baseline, options);
        VersionFindings.AddOverfitting(findings, VersionFindings.GapOf(baseline, options.PrimaryMetric), baseline, options, VersionWindow);
        VersionFindings.AddUnderfitting(findings, baseline, options, VersionWindow);
        return findings;
    }

    /// <summary>The gap of a metric, train to hold-out, with its standard error; undefined where either lacks the metric.</summary>
    public static MetricValue GapOf(Baseline baseline, string metric)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        return VersionFindings.GapOf(baseline, metric);
    }

    internal static GeneralizationGap? GapIn(Evaluation evaluation, string metric, string from, string to) =>
        evaluation.Gaps.FirstOrDefault(gap => gap.Metric == metric && gap.From == from && gap.To == to);
}
