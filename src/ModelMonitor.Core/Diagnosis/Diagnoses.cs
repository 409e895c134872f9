using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>From findings to their cause. Pure: the same evaluation and baseline give the same diagnosis.</summary>
/// <remarks>
/// What is broken comes first, for nothing can be concluded from broken data; then what is so of the version whatever production does
/// (bias, variance); then what time did to it.
/// </remarks>
public static class Diagnoses
{
    /// <summary>Share of all importance above which a column is needed, however it moves.</summary>
    private const double NeededShare = 0.25;

    private static readonly string[] s_broken = [FindingKind.NoDiscrimination, FindingKind.InvertedScores, FindingKind.ConstantScore, FindingKind.OneClass];
    private static readonly string[] s_brokenInputs = [FindingKind.TrainingServingSkew, FindingKind.SchemaChanged, FindingKind.DataQuality];

    /// <param name="evaluation">With its findings.</param>
    /// <param name="baseline">That of the evaluation's version.</param>
    public static ModelDiagnosis Of(Evaluation evaluation, Baseline baseline, FindingOptions options)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(options);
        var found = new Found(evaluation.Findings);
        return Broken(found, options)
            ?? OfVersion(found, evaluation, baseline, options)
            ?? OfTime(found, evaluation, baseline, options);
    }

    /// <summary>Scores that say nothing, or performance that fell while the inputs came in wrong: training on them would teach the fault.</summary>
    private static ModelDiagnosis? Broken(Found found, FindingOptions options)
    {
        var broken = found.All(s_broken);
        var inputs = found.First(FindingKind.Decay) is null ? [] : found.All(s_brokenInputs);
        if (broken.Count == 0 && inputs.Count == 0) return null;
        IReadOnlyList<Finding> decisive = broken.Count > 0 ? broken : [.. inputs, found.First(FindingKind.Decay)!];
        var reason = broken.Count > 0
            ? $"{broken[0].Message} That is a fault of data, labels or model, and no drift: a person has to look."
            : $"{options.PrimaryMetric} fell while the inputs came in wrong ({inputs[0].Message}) Mend these first: a model trained on them would learn the fault.";
        return new(DiagnosisKind.Fault, options.PrimaryMetric, decisive.All(f => f.Confirmed), reason) { Evidence = [.. decisive.Select(EvidenceOf)] };
    }

    private static ModelDiagnosis? OfVersion(Found found, Evaluation evaluation, Baseline baseline, FindingOptions options)
    {
        var (overfitting, underfitting) = (found.First(FindingKind.Overfitting), found.First(FindingKind.Underfitting));
        if (overfitting is null && underfitting is null) return null;
        var kind = overfitting is null ? DiagnosisKind.Bias : underfitting is null ? DiagnosisKind.Variance : DiagnosisKind.BiasAndVariance;
        var reason = kind switch
        {
            DiagnosisKind.Bias => $"{underfitting!.Message} More data of the same kind would not help: it has too little capacity, training or features, or too much regularization.",
            DiagnosisKind.Variance => $"{overfitting!.Message} It has more freedom than its training data hold.",
            _ => $"{underfitting!.Message} And {overfitting!.Message} Neither more nor less regularization alone can mend both.",
        };
        var (moved, needed) = Moved(found, baseline);
        return new(kind, options.PrimaryMetric, overfitting?.Confirmed ?? true, reason)
        {
            Evidence = [.. References(baseline, options), .. GapsOf(evaluation, options), .. found.All([FindingKind.Decay, FindingKind.UnstableFeature]).Select(EvidenceOf)],
            Severity = overfitting?.Value / options.Drop,
            MovedFeatures = moved,
            NeededFeatures = needed,
            IdleFeatures = Idle(baseline),
        };
    }

    private static ModelDiagnosis OfTime(Found found, Evaluation evaluation, Baseline baseline, FindingOptions options)
    {
        var decay = found.First(FindingKind.Decay);
        var (moved, needed) = Moved(found, baseline);
        var drift = found.All([FindingKind.UnstableFeature, FindingKind.UnstableScore]);
        var metric = options.PrimaryMetric;
        var where = Prose.Window(evaluation);
        var (kind, reason) = (decay, drift.Count) switch
        {
            ({ } fallen, > 0) => (DiagnosisKind.CovariateShift, $"{fallen.Message} Inputs moved with it ({Names(drift)}): the model meets rows that it was not trained for."),
            ({ } fallen, 0) when evaluation.Rows == 0 => (DiagnosisKind.ConceptDrift, $"{fallen.Message} No row came in {where}, so that nothing tells whether inputs moved with it: what they mean for the label may have changed."),
            ({ } fallen, 0) => (DiagnosisKind.ConceptDrift, $"{fallen.Message} No input moved beyond its limit: what the inputs mean for the label has changed."),
            (null, > 0) when Judged(evaluation, options) => (DiagnosisKind.InputsMoved, $"Inputs moved in {where} ({Names(drift)}), and {metric} did not fall: to be watched, nothing to train for."),
            (null, > 0) => (DiagnosisKind.InputsMoved, $"Inputs moved in {where} ({Names(drift)}); whether {metric} fell cannot be told: too few rows have their label, or they are not due yet."),
            _ => (DiagnosisKind.Healthy, $"Nothing in {where} asks for another version."),
        };
        return new(kind, metric, decay is null || (decay.Confirmed && evaluation.Rows > 0), reason)
        {
            Evidence = kind == DiagnosisKind.Healthy ? [] : [.. GapsOf(evaluation, options), .. drift.Concat(found.All([FindingKind.LabelShift])).Select(EvidenceOf)],
            Severity = decay?.Value / options.Drop,
            MovedFeatures = moved,
            NeededFeatures = needed,
            IdleFeatures = kind == DiagnosisKind.Healthy ? [] : Idle(baseline),
        };
    }

    /// <summary>Whether decay could have been found; what could not be judged did not "not fall".</summary>
    private static bool Judged(Evaluation evaluation, FindingOptions options) =>
        evaluation.Performance.GetValueOrDefault(options.PrimaryMetric).Value is not null && LabelMaturity.Of(evaluation, options.MinLabelShare) is null;

    private static string Names(IReadOnlyList<Finding> drift) => string.Join(", ", drift.Take(3).Select(f => $"{f.Feature ?? "scores"} PSI {Prose.Number(f.Value ?? 0)}")) + (drift.Count > 3 ? $" and {drift.Count - 3} more" : "");

    private static (IReadOnlyList<string> Moved, IReadOnlyList<string> Needed) Moved(Found found, Baseline baseline)
    {
        IReadOnlyList<string> moved = [.. found.All([FindingKind.UnstableFeature]).Select(f => f.Feature!)];
        if (baseline.Importance is not { } importance) return (moved, []);
        var all = importance.Features.Sum(f => Math.Max(0, f.Drop));
        return (moved, [.. importance.Features.Where(f => f.Drop > NeededShare * all && moved.Contains(f.Feature)).Select(f => f.Feature)]);
    }

    /// <summary>Columns whose drop is not above 0 by its interval over the repeats; none where a single repeat tells nothing of its spread.</summary>
    private static IReadOnlyList<string> Idle(Baseline baseline) => baseline.Importance is { Repeats: > 1 } importance
        ? [.. importance.Features.Where(f => f.Drop - (Intervals.Z * f.StandardDeviation / Math.Sqrt(importance.Repeats - 1)) <= 0).Select(f => f.Feature)]
        : [];

    private static IEnumerable<DiagnosisEvidence> References(Baseline baseline, FindingOptions options)
    {
        double? target = options.Targets.TryGetValue(options.PrimaryMetric, out var reach) ? reach : null;
        foreach (var (on, reference) in new[] { ("train", baseline.Train), ("holdout", baseline.Holdout) })
            if (reference is not null && reference.Performance.TryGetValue(options.PrimaryMetric, out var value)) yield return new(options.PrimaryMetric, on, null, value, target);
    }

    private static IEnumerable<DiagnosisEvidence> GapsOf(Evaluation evaluation, FindingOptions options)
    {
        foreach (var gap in evaluation.Gaps.Where(gap => gap.Metric == options.PrimaryMetric && gap.Value.Value is not null))
            yield return new("gap", $"{gap.From} to {gap.To}", gap.To == "production" ? evaluation.Window : null, gap.Value, gap.From == "train" && gap.To == "production" ? null : options.Drop);
        if (evaluation.Performance.TryGetValue(options.PrimaryMetric, out var performance) && performance.Value is not null)
            yield return new(options.PrimaryMetric, "production", evaluation.Window, performance, null);
    }

    private static DiagnosisEvidence EvidenceOf(Finding finding) =>
        new(finding.Kind, "production", finding.Window, finding.Value is { } value ? MetricValue.Of(value) : MetricValue.Undefined(MetricStatus.UndefinedOperand), finding.Limit) { Feature = finding.Feature };

    private sealed class Found(IReadOnlyList<Finding> findings)
    {
        public Finding? First(string kind) => findings.FirstOrDefault(f => f.Kind == kind);

        public IReadOnlyList<Finding> All(string[] kinds) => [.. findings.Where(f => kinds.Contains(f.Kind))];
    }
}
