using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Core;
using ModelMonitor.Core.Sketches;
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

    private void ReadClasses(OrtValue value, int rows, Span<double> scores)
    {
        switch (value.OnnxType)
        {
            case OnnxValueType.ONNX_TYPE_TENSOR: ReadColumns(value, rows, scores); break;
            case OnnxValueType.ONNX_TYPE_SEQUENCE: ReadClassMaps(value, rows, scores); break;
            default: throw Fault($"is a {OrtNames.Of(value.OnnxType)}, which carries no probabilities");
        }
    }

    private void ReadColumns(OrtValue tensor, int rows, Span<double> scores)
    {
        var info = tensor.GetTensorTypeAndShape();
        if (info.Shape is not [var found, ..] || found != rows || info.ElementCount != (long)rows * Width)
            throw Fault($"came back as [{string.Join(',', info.Shape)}] for {rows} rows; one probability for each of {Width} classes is needed for each row");
        CopyFrom(tensor, scores);
    }

    private void ReadClassMaps(OrtValue sequence, int rows, Span<double> scores)
    {
        if (sequence.GetValueCount() != rows) throw Fault($"came back with {sequence.GetValueCount()} maps for {rows} rows");
        var allocator = OrtAllocator.DefaultInstance;
        int[]? places = null;
        var values = new double[Width];
        for (var row = 0; row < scores.Length / Width; row++)
        {
            using var map = sequence.GetValue(row, allocator);
            if (map.OnnxType != OnnxValueType.ONNX_TYPE_MAP) throw Fault($"is a sequence of {OrtNames.Of(map.OnnxType)}; probabilities come in maps from class to number");
            // ZipMap gives every row the same keys, and a map lists them in order: one look is enough.
            if (places is null)
            {
                using var keys = map.GetValue(0, allocator);
                var names = Keys(keys);
                places = [.. classes!.Select(name => names.IndexOf(name))];
                if (names.Count != Width || places.Contains(-1)) throw Fault($"has classes {InputPlan.Quoted(names)}; the model says {InputPlan.Quoted(classes!)}");
            }

            using var numbers = map.GetValue(1, allocator);
            CopyFrom(numbers, values);
            for (var k = 0; k < places.Length; k++) scores[(row * Width) + k] = values[places[k]];
        }
    }

    private void CopyFrom(OrtValue tensor, Span<double> into)
    {
        switch (tensor.GetTensorTypeAndShape().ElementDataType)
        {
            case TensorElementType.Float:
                var floats = tensor.GetTensorDataAsSpan<float>();
                for (var i = 0; i < into.Length; i++) into[i] = floats[i];
                break;
            case TensorElementType.Double:
                tensor.GetTensorDataAsSpan<double>()[..into.Length].CopyTo(into);
                break;
            case var other:
                throw Fault($"has {OrtNames.Of(other)} values; a probability is float or double");
        }
    }
}
