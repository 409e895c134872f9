using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Core;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>Multiclass models: the probability of every class, in the order of the classes.</summary>
internal sealed partial class ScoreOutput
{
    /// <summary>Numbers per row.</summary>
    public int Width => Classes?.Count ?? 1;

    /// <summary>A multiclass model's classes; null for other tasks.</summary>
    public IReadOnlyList<string>? Classes => task == TaskKind.Multiclass ? classes : null;

    /// <summary>What the graph says; the configuration where it is silent.</summary>
    private static IReadOnlyList<string> ClassesOf(string path, string name, IReadOnlyList<string>? graph, IReadOnlyList<string>? configured)
    {
        if (graph is not null && configured is not null && !graph.SequenceEqual(configured))
            throw new ScoringException($"{path}: output '{name}' has classes {InputPlan.Quoted(graph)}; score.classes says {InputPlan.Quoted(configured)}");
        var classes = graph ?? configured ?? throw new ScoringException($"{path}: the model does not say which classes output '{name}' has; name them in order in score.classes");
        if (classes.Count is < 2 or > MulticlassOutcomes.MaxClasses || classes.Distinct(StringComparer.Ordinal).Count() != classes.Count)
            throw new ScoringException($"{path}: output '{name}' has {classes.Count} classes; a multiclass model has from 2 to {MulticlassOutcomes.MaxClasses}, each once");
        return classes;
    }

    private void ReadClasses(OrtValue tensor, TensorElementType type, int width, Span<double> scores)
    {
        if (width != Width) throw Fault($"came back with {width} values a row; one probability for each of {Width} classes is needed");
        switch (type)
        {
            case TensorElementType.Float: Widen(tensor.GetTensorDataAsSpan<float>(), scores); break;
            case TensorElementType.Double: Widen(tensor.GetTensorDataAsSpan<double>(), scores); break;
            case TensorElementType.Float16: Widen(MemoryMarshal.Cast<Float16, Half>(tensor.GetTensorDataAsSpan<Float16>()), scores); break;
            default: throw Fault($"has {OrtNames.Of(type)} values; a probability is float or double");
        }

        if (activation == ScoreActivation.Softmax)
            for (var start = 0; start < scores.Length; start += Width) TensorMath.Softmax(scores.Slice(start, Width));
        else if (activation == ScoreActivation.Sigmoid)
            foreach (ref var score in scores) score = TensorMath.Sigmoid(score);
    }

    private static void Widen<T>(ReadOnlySpan<T> from, Span<double> into)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        for (var i = 0; i < into.Length; i++) into[i] = double.CreateSaturating(from[i]);
    }
}
