using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Baselines;

/// <summary>Chooses the edges and categories of a baseline from the drift reference, by METRICS: percentiles, most frequent categories, score bins.</summary>
internal static class ShapeBuilder
{
    public static BaselineShape Build(ModelOptions model, IReadOnlyList<IntakeFeature> features, ReferenceData reference, string path)
    {
        var inputs = model.Inputs.SelectMany(i => i.Columns).ToHashSet(StringComparer.Ordinal);
        var shapes = new List<FeatureShape>(features.Count);
        for (var f = 0; f < features.Count; f++)
        {
            var name = features[f].Name;
            // Without an ONNX file nobody says what the model uses: everything watched counts as an input.
            var isInput = inputs.Count == 0 || inputs.Contains(name);
            shapes.Add(features[f].Kind == FeatureKind.Numeric
                ? new NumericFeatureShape(name, isInput, Numeric(reference.Numbers(f)))
                : new CategoryFeatureShape(name, isInput, Categories(reference.Categories(f), model.Categories)));
        }

        var scores = reference.AllScores();
        var classes = model.Task == TaskKind.Multiclass ? model.Classes ?? throw new InvalidOperationException($"Nobody says which classes model {model.Name} has.") : [];
        return new BaselineShape
        {
            Task = model.Task,
            Features = shapes,
            Score = model.Task == TaskKind.Multiclass ? ClassShape.Of(classes.Count) : Numeric(scores),
            ScoreBins = model.Task switch { TaskKind.Binary => Bins(scores, model.Threshold), TaskKind.Multiclass => Bins(reference.AllProbabilities(), model.Threshold), _ => null },
            Classes = classes,
            Segments = SegmentReferences.Choose(model.Segments, features, reference, path),
        };
    }

    /// <param name="values">NaN = missing.</param>
    private static NumericShape Numeric(IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        Array.Sort(finite);
        var (edges, deciles) = Percentiles.FineEdges(finite);
        if (finite.Length == 0) return new NumericShape(edges, deciles, double.NaN, double.NaN, 0);
        var sum = new ExactSum();
        foreach (var value in finite) sum.Add(value);
        var mean = sum.Value / finite.Length;
        return new NumericShape(edges, deciles, finite[0], finite[^1], double.IsFinite(mean) ? mean : 0);
    }

    private static CategoryShape Categories(IReadOnlyDictionary<string, long> counts, int cap)
    {
        var ordered = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Key).ToArray();
        return new CategoryShape([.. ordered.Take(cap)], [.. ordered.Skip(cap).Select(CategoryShape.HashOf)]);
    }

    private static ScoreBins Bins(IEnumerable<double> scores, double threshold)
    {
        var finite = scores.Where(double.IsFinite).ToArray();
        Array.Sort(finite);
        var (edges, _) = Percentiles.FineEdges(finite);
        // Probabilities get [0, 1]; anything else the range that the reference has.
        var (low, high) = finite.Length == 0 || (finite[0] >= 0 && finite[^1] <= 1) ? (0.0, 1.0) : (finite[0], finite[^1]);
        if (!(high > low)) high = low + 1;
        return new ScoreBins(low, high, edges.Values.ToArray(), threshold);
    }
}
