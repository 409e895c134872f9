using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using ModelMonitor.Core;
using ModelMonitor.Engine.Options;
using ModelMonitor.Trainer.Data;
using ModelMonitor.Trainer.Networks;

namespace ModelMonitor.Trainer.Onnx;

/// <summary>The model that is to be replaced: its inputs, and, where it is a feed-forward network, its layers.</summary>
internal sealed class ChampionFile
{
    private readonly ModelProto _model;
    private readonly Dictionary<string, ValueInfoProto> _inputs;

    private ChampionFile(ModelProto model)
    {
        _model = model;
        var constants = model.Graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        Inputs = [.. model.Graph.Input.Where(input => !constants.Contains(input.Name))];
        _inputs = Inputs.ToDictionary(input => input.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<ValueInfoProto> Inputs { get; }

    /// <summary>The last output's name, for graphs of which none is configured.</summary>
    public string Output => _model.Graph.Output[^1].Name;

    /// <exception cref="TrainingException">It cannot be read as ONNX.</exception>
    public static ChampionFile Read(string path)
    {
        try
        {
            var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
            if (model.Graph is null || model.Graph.Output.Count == 0) throw new TrainingException($"{path}: no ONNX model");
            return new(model);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{path}: {e.Message}", e);
        }
    }

    /// <exception cref="TrainingException">There is no such input.</exception>
    public int TypeOf(string input) => Tensor(input).ElemType;

    public int RankOf(string input) => Tensor(input).Shape?.Dim.Count ?? 2;

    /// <summary>The network, its encoding and label scale, where the file is one that can be continued; null where it is anything else.</summary>
    public (Network Network, RowEncoding Encoding, LabelScale Scale)? Continue(TrainingTask task)
    {
        if (_model.MetadataProps.FirstOrDefault(p => p.Key == OnnxExport.MetadataKey) is { } own && JsonSerializer.Deserialize<TrainedNetwork>(own.Value) is { } trained)
            return (trained.Network(), trained.Encoding(), trained.Labels);
        return Chain(task);
    }

    /// <summary>A foreign file that is a chain of Gemm (or MatMul and Add) and one kind of activation over one float tensor, perhaps with its standardisation before it.</summary>
    private (Network Network, RowEncoding Encoding, LabelScale Scale)? Chain(TrainingTask task)
    {
        if (Inputs is not [var input] || task.Inputs is not [var columns] || task.Kind == TaskKind.Multiclass || TypeOf(input.Name) != GraphBuilder.Float || columns.Columns.Any(task.Categorical.Contains)) return null;
        var constants = _model.Graph.Initializer.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var (at, mean, scale) = (input.Name, new double[columns.Columns.Count], Enumerable.Repeat(1.0, columns.Columns.Count).ToArray());
        var (layers, activations, ended) = (new List<Layer>(), new HashSet<Activation>(), false);
        while (_model.Graph.Node.Where(n => n.Input.Contains(at)).ToArray() is [var node])
        {
            var other = node.Input.Skip(1).Select(name => constants.GetValueOrDefault(name)).ToArray();
            switch (node.OpType)
            {
                case "Identity" or "Cast" or "Flatten" or "Reshape" or "Squeeze": break;
                case "Sub" when layers.Count == 0 && Values(other[0]) is { } shift && shift.Length == mean.Length: mean = shift; break;
                case "Div" when layers.Count == 0 && Values(other[0]) is { } divisor && divisor.Length == scale.Length: scale = divisor; break;
                case "Scaler" when layers.Count == 0 && Scaler(node, mean.Length) is { } known: (mean, scale) = known; break;
                case "Gemm" when !ended && Gemm(node, other) is { } layer: layers.Add(layer); break;
                case "MatMul" when !ended && MatMul(other[0]) is { } layer: layers.Add(layer); break;
                case "Add" when layers.Count > 0 && Values(other[0] ?? constants.GetValueOrDefault(node.Input[0])) is { } bias && bias.Length == layers[^1].Outputs: bias.CopyTo(layers[^1].Biases, 0); break;
                case "Relu" or "Tanh" when layers.Count > 0: activations.Add(Enum.Parse<Activation>(node.OpType)); break;
                case "Sigmoid" when layers.Count > 0 && layers[^1].Outputs == 1: ended = true; break;
                case "Sigmoid" when layers.Count > 0: activations.Add(Activation.Sigmoid); break;
                default: return null;
            }

            at = node.Output[0];
        }

        var fits = layers is [var first, ..] && first.Inputs == mean.Length && layers[^1].Outputs == 1 && layers.Count - 1 <= Network.MostHidden && activations.Count <= 1
            && layers.Zip(layers.Skip(1)).All(pair => pair.First.Outputs == pair.Second.Inputs)
            && (task.Kind == TaskKind.Regression ? !ended : ended || task.Activation == ScoreActivation.Sigmoid);
        if (!fits) return null;
        var encoding = new RowEncoding([.. columns.Columns.Select((column, i) => new NumericEncoding(column, input.Name, i, mean[i], scale[i], TellsMissing: false))]);
        return (new Network(layers, activations.FirstOrDefault(), task.Kind == TaskKind.Regression ? Loss.SquaredError : Loss.LogLoss), encoding, LabelScale.None);
    }

    private TypeProto.Types.TensorTypeProto Tensor(string input) =>
        _inputs.GetValueOrDefault(input)?.Type?.TensorType ?? throw new TrainingException($"the model has no tensor input '{input}'");

    private static Layer? Gemm(NodeProto node, TensorProto?[] other)
    {
        if (Values(other[0]) is not { } weights || other[0]!.Dims.Count != 2 || node.Attribute.Any(a => (a.Name is "alpha" or "beta" && a.F != 1) || (a.Name == "transA" && a.I != 0))) return null;
        var transposed = node.Attribute.Any(a => a is { Name: "transB", I: 1 });
        var (outputs, inputs) = transposed ? ((int)other[0]!.Dims[0], (int)other[0]!.Dims[1]) : ((int)other[0]!.Dims[1], (int)other[0]!.Dims[0]);
        var biases = other.Length > 1 ? Values(other[1]) : new double[outputs];
        return biases is null || biases.Length != outputs ? null : new(inputs, outputs, transposed ? weights : Transposed(weights, inputs, outputs), [.. biases]);
    }

    private static Layer? MatMul(TensorProto? tensor)
    {
        if (Values(tensor) is not { } weights || tensor!.Dims.Count != 2) return null;
        var (inputs, outputs) = ((int)tensor.Dims[0], (int)tensor.Dims[1]);
        return new(inputs, outputs, Transposed(weights, inputs, outputs), new double[outputs]);
    }

    /// <summary>ai.onnx.ml's Scaler: (x − offset) · scale.</summary>
    private static (double[] Mean, double[] Scale)? Scaler(NodeProto node, int width)
    {
        var offset = node.Attribute.FirstOrDefault(a => a.Name == "offset")?.Floats.Select(f => (double)f).ToArray() ?? new double[width];
        var scale = node.Attribute.FirstOrDefault(a => a.Name == "scale")?.Floats.Select(f => 1.0 / f).ToArray() ?? Enumerable.Repeat(1.0, width).ToArray();
        return offset.Length == width && scale.Length == width ? (offset, scale) : null;
    }

    private static double[] Transposed(double[] from, int rows, int columns)
    {
        var to = new double[from.Length];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) to[(c * rows) + r] = from[(r * columns) + c];
        return to;
    }

    private static double[]? Values(TensorProto? tensor)
    {
        if (tensor is null) return null;
        var count = (int)tensor.Dims.Aggregate(1L, (a, b) => a * b);
        if (tensor.DataType == GraphBuilder.Float)
        {
            var floats = tensor.HasRawData ? MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray() : [.. tensor.FloatData];
            return floats.Length == count ? [.. floats.Select(f => (double)f)] : null;
        }

        const int Double = 11;
        if (tensor.DataType != Double) return null;
        var doubles = tensor.HasRawData ? MemoryMarshal.Cast<byte, double>(tensor.RawData.Span).ToArray() : [.. tensor.DoubleData];
        return doubles.Length == count ? doubles : null;
    }
}
