using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>The number of bins that a PSI was computed over.</summary>
internal static class PsiBins
{
    /// <summary>As the evaluation says, else the most that the shape allows, which errs towards silence.</summary>
    public static int OfScore(Evaluation evaluation, Baseline baseline) =>
        evaluation.Drift.PsiBins.TryGetValue(DriftValues.ScoreBinsKey, out var bins) ? bins : Most(baseline.Shape.Score);

    /// <summary>As the evaluation says, and at least the two classes of a binary label: fewer cannot differ, and would count all noise as drift.</summary>
    public static int OfLabel(Evaluation evaluation) => Math.Max(evaluation.Drift.PsiBins.GetValueOrDefault(DriftValues.LabelBinsKey), 2);

    public static int OfFeature(Evaluation evaluation, FeatureShape feature) =>
        evaluation.Drift.PsiBins.TryGetValue(feature.Name, out var bins) ? bins : feature switch
        {
            NumericFeatureShape numeric => Most(numeric.Shape),
            CategoryFeatureShape category => category.Shape.Names.Count + 2, // categories, rest, missing
            _ => throw new ArgumentException($"Unknown kind of feature {feature.Name}.", nameof(feature)),
        };

    /// <summary>The decile view's bins and the one for missing.</summary>
    public static int Most(NumericShape shape) => shape.Deciles.Length + 2;
}
