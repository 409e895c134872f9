using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Core;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>Reads one score per row out of the output that carries it.</summary>
/// <remarks>
/// Declared shapes are often wrong, so only what comes back counts: a tensor with one value per row is the score itself; with several, the
/// positive class's column; a sequence of maps (ZipMap) has the score under the positive class's key.
/// </remarks>
/// <param name="path">For messages.</param>
/// <param name="positive">The positive class; null: the second of two.</param>
/// <param name="classes">The model's classes in the order of its columns; null where the graph does not say.</param>
internal sealed partial class ScoreOutput(string path, string name, TaskKind task, LabelValue? positive, IReadOnlyList<string>? classes)
{
    public string Name => name;

    /// <summary>The configured output, or the only one.</summary>
    /// <exception cref="ScoringException">There is no such output, or several and none is configured.</exception>
    public static ScoreOutput For(
        string path, IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> declared, ModelOptions model, ReadOnlySpan<byte> file)
    {
        var listed = string.Join(", ", names.Select(output => $"'{output}' {OrtNames.Of(declared[output])}"));
        if (model.ScoreOutput is { } wanted && !names.Contains(wanted))
            throw new ScoringException($"{path}: no output '{wanted}'; the model's outputs: {listed}");
        if (model.ScoreOutput is null && names.Count != 1)
            throw new ScoringException($"{path}: name the output that carries the score; the model's outputs: {listed}");
        var name = model.ScoreOutput ?? names[0];
        var classes = ClassLabels.Of(file, name);
        return new ScoreOutput(path, name, model.Task, model.ScorePositive, model.Task == TaskKind.Multiclass ? ClassesOf(path, name, classes, model.Classes) : classes);
    }

    /// <summary>Writes the scores of the first rows.</summary>
    /// <param name="rows">Rows that went in, at least as many as <paramref name="scores"/> is long.</param>
    /// <exception cref="ScoringException">What came back is no score.</exception>
    public void Read(OrtValue value, int rows, Span<double> scores)
    {
        if (task == TaskKind.Multiclass)
        {
            ReadClasses(value, rows, scores);
            return;
        }

        switch (value.OnnxType)
        {
            case OnnxValueType.ONNX_TYPE_TENSOR: ReadTensor(value, rows, scores); break;
            case OnnxValueType.ONNX_TYPE_SEQUENCE: ReadMaps(value, rows, scores); break;
            default: throw Fault($"is a {OrtNames.Of(value.OnnxType)}, which carries no score");
        }
    }

    private void ReadTensor(OrtValue tensor, int rows, Span<double> scores)
    {
        var info = tensor.GetTensorTypeAndShape();
        var width = info.ElementCount / rows;
        if (info.Shape is not [var found, ..] || found != rows || width * rows != info.ElementCount || width == 0)
            throw Fault($"came back as [{string.Join(',', info.Shape)}] for {rows} rows; one score, or one per class, is needed for each row");
        var column = width == 1 ? 0 : ColumnOf((int)width);
        switch (info.ElementDataType)
        {
            case TensorElementType.Float:
                var floats = tensor.GetTensorDataAsSpan<float>();
                for (var row = 0; row < scores.Length; row++) scores[row] = floats[(row * (int)width) + column];
                break;
            case TensorElementType.Double:
                var doubles = tensor.GetTensorDataAsSpan<double>();
                for (var row = 0; row < scores.Length; row++) scores[row] = doubles[(row * (int)width) + column];
                break;
            default:
                throw Fault($"is a tensor({OrtNames.Of(info.ElementDataType)}); a score is float or double");
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

    private void ReadMaps(OrtValue sequence, int rows, Span<double> scores)
    {
        if (task == TaskKind.Regression) throw Fault("is a sequence of maps; a regression has one number per row");
        if (sequence.GetValueCount() != rows) throw Fault($"came back with {sequence.GetValueCount()} maps for {rows} rows");
        var allocator = OrtAllocator.DefaultInstance;
        var place = -1;
        for (var row = 0; row < scores.Length; row++)
        {
            using var map = sequence.GetValue(row, allocator);
            if (map.OnnxType != OnnxValueType.ONNX_TYPE_MAP) throw Fault($"is a sequence of {OrtNames.Of(map.OnnxType)}; a score comes in maps from class to number");
            // ZipMap gives every row the same keys, and a map lists them in order: one look is enough.
            if (place < 0)
            {
                using var keys = map.GetValue(0, allocator);
                place = ClassOf(Keys(keys));
            }

            using var values = map.GetValue(1, allocator);
            scores[row] = values.GetTensorTypeAndShape().ElementDataType switch
            {
                TensorElementType.Float => values.GetTensorDataAsSpan<float>()[place],
                TensorElementType.Double => values.GetTensorDataAsSpan<double>()[place],
                var other => throw Fault($"maps classes to {OrtNames.Of(other)}; a score is float or double"),
            };
        }
    }

    private List<string> Keys(OrtValue keys)
    {
        var type = keys.GetTensorTypeAndShape().ElementDataType;
        if (type == TensorElementType.String) return [.. keys.GetStringTensorAsArray()];
        if (type != TensorElementType.Int64) throw Fault($"has {OrtNames.Of(type)} keys; classes are int64 or string");
        var texts = new List<string>();
        foreach (var key in keys.GetTensorDataAsSpan<long>()) texts.Add(key.ToString(CultureInfo.InvariantCulture));
        return texts;
    }

    private ScoringException Fault(string what) => new($"{path}: output '{name}' {what}");
}
