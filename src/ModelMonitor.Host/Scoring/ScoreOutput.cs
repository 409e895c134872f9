using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Core;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>Reads the scores out of the output that carries them: one per row, or one probability per row and class.</summary>
/// <remarks>
/// Declared shapes are often wrong, so only what comes back counts: a tensor with one value per row is the score itself; with several, the
/// positive class's column; whole numbers, truth values and texts are the label that the model predicts, and score 1 or 0.
/// </remarks>
/// <param name="path">For messages.</param>
/// <param name="shown">The output as the model's author calls it, for messages.</param>
/// <param name="positive">The positive class; null: the second of two.</param>
/// <param name="classes">The model's classes in the order of its columns; null where the graph does not say.</param>
internal sealed partial class ScoreOutput(string path, string shown, string name, TaskKind task, LabelValue? positive, IReadOnlyList<string>? classes, ScoreActivation activation)
{
    /// <summary>The tensor that is read: what goes into a ZipMap, where the output comes from one.</summary>
    public string Name => name;

    /// <summary>The configured output, or the only one that can be it.</summary>
    /// <param name="session">Of the model without its ZipMaps.</param>
    /// <param name="graph">Of the file as it is; null where it could not be walked.</param>
    /// <exception cref="ScoringException">There is no such output, or several and none is configured.</exception>
    public static ScoreOutput For(ModelFile file, InferenceSession session, ModelOptions model, OnnxGraph? graph)
    {
        var declared = session.OutputMetadata;
        var outputs = graph?.Outputs is { Count: > 0 } written ? written : session.OutputNames;
        string Source(string output) => graph?.ZippedBy(output) ?? output;
        string Listed() => string.Join(", ", outputs.Select(output => $"'{output}' {(graph?.ZippedBy(output) is null ? OrtNames.Of(declared[output]) : "sequence of map")}"));
        if (model.ScoreOutput is { } wanted && !outputs.Contains(wanted))
            throw new ScoringException($"{file.Path}: no output '{wanted}'; the model's outputs: {Listed()}");
        var candidates = model.ScoreOutput is { } one ? [one] : outputs.Count == 1 ? outputs : outputs.Where(output => declared[Source(output)] is { IsTensor: true, ElementDataType: TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16 }).ToList();
        if (candidates.Select(Source).Distinct().Count() != 1)
            throw new ScoringException($"{file.Path}: name the output that carries the score; the model's outputs: {Listed()}");
        var (shown, name) = (candidates[0], Source(candidates[0]));
        var classes = graph?.ClassesOf(shown);
        if (model.Task == TaskKind.Multiclass) classes = ClassesOf(file.Path, shown, classes, model.Classes);
        return new ScoreOutput(file.Path, shown, name, model.Task, model.ScorePositive, classes, model.ScoreActivation);
    }

    /// <summary>Writes the scores of the first rows.</summary>
    /// <param name="rows">Rows that went in, at least as many as there are scores.</param>
    /// <exception cref="ScoringException">What came back is no score.</exception>
    public void Read(OrtValue value, int rows, Span<double> scores)
    {
        if (value.OnnxType != OnnxValueType.ONNX_TYPE_TENSOR) throw Fault($"is a {OrtNames.Of(value.OnnxType)}, which carries no score");
        var info = value.GetTensorTypeAndShape();
        var width = (int)(info.ElementCount / rows);
        // A model that takes one row at a time may drop that dimension.
        if (width == 0 || (long)width * rows != info.ElementCount || (rows > 1 && (info.Shape is not [var found, ..] || found != rows)))
            throw Fault($"came back as [{string.Join(',', info.Shape)}] for {rows} rows; one score, or one per class, is needed for each row");
        if (IsLabel(info.ElementDataType)) ReadLabels(value, info.ElementDataType, width, scores);
        else if (task == TaskKind.Multiclass) ReadClasses(value, info.ElementDataType, width, scores);
        else ReadScores(value, info.ElementDataType, width, scores);
    }

    private void ReadScores(OrtValue tensor, TensorElementType type, int width, Span<double> scores)
    {
        var column = width == 1 ? 0 : ColumnOf(width);
        if (activation == ScoreActivation.Softmax && width == 1) throw Fault("has one value per row; a softmax is taken over several, sigmoid over one");
        var values = new double[activation == ScoreActivation.Softmax ? width : 0];
        switch (type)
        {
            case TensorElementType.Float: Pick(tensor.GetTensorDataAsSpan<float>(), width, column, values, scores); break;
            case TensorElementType.Double: Pick(tensor.GetTensorDataAsSpan<double>(), width, column, values, scores); break;
            case TensorElementType.Float16: Pick(MemoryMarshal.Cast<Float16, Half>(tensor.GetTensorDataAsSpan<Float16>()), width, column, values, scores); break;
            default: throw Fault($"is a tensor({OrtNames.Of(type)}); a score is float or double");
        }
    }

    private void Pick<T>(ReadOnlySpan<T> from, int width, int column, Span<double> values, Span<double> scores)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        for (var row = 0; row < scores.Length; row++)
        {
            if (activation == ScoreActivation.Softmax)
            {
                for (var k = 0; k < width; k++) values[k] = double.CreateSaturating(from[(row * width) + k]);
                TensorMath.Softmax(values);
                scores[row] = values[column];
                continue;
            }

            var value = double.CreateSaturating(from[(row * width) + column]);
            scores[row] = activation == ScoreActivation.Sigmoid ? TensorMath.Sigmoid(value) : value;
        }
    }

    private int ColumnOf(int width)
    {
        if (task == TaskKind.Regression) throw Fault($"has {width} values per row; a regression has one");
        if (classes is not null && classes.Count == width) return ClassOf(classes);
        if (width == 2 && (positive?.Text ?? "1") is "0" or "1") return positive?.Text == "0" ? 0 : 1;
        throw Fault(width == 2
            ? $"has two columns, and the model does not say which class is '{positive}'; only 0 (the first) and 1 (the second) can be told without"
            : $"has {width} columns, and the model does not say which class each is");
    }

    private int ClassOf(IReadOnlyList<string> known)
    {
        if (positive is not { } wanted)
            return known.Count == 2 ? 1 : throw Fault($"has classes {InputPlan.Quoted(known)}; name the positive one");
        for (var i = 0; i < known.Count; i++)
            if (known[i] == wanted.Text) return i;
        throw Fault($"has classes {InputPlan.Quoted(known)}; the positive one is configured as '{wanted}'");
    }

    private ScoringException Fault(string what) => new($"{path}: output '{shown}' {what}");
}
