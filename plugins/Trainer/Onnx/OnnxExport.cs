using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using ModelMonitor.Core;
using ModelMonitor.Engine.Options;
using ModelMonitor.Trainer.Data;
using ModelMonitor.Trainer.Networks;

namespace ModelMonitor.Trainer.Onnx;

/// <summary>Writes a network and all that comes before it as one ONNX graph: it reads the same inputs as the model that it is to replace.</summary>
/// <remarks>IR 8, opset 17. Weights are rounded to float32; the answers then differ from the fitted ones by about 1e-6.</remarks>
internal static class OnnxExport
{
    /// <summary>Under this key the file carries its own encoding and layers, so that fitting can go on from them.</summary>
    public const string MetadataKey = "modelmonitor.trainer";

    public static byte[] Write(Network network, RowEncoding encoding, LabelScale scale, TrainingTask task, ChampionFile champion)
    {
        var graph = new GraphBuilder("trained");
        foreach (var input in champion.Inputs) graph.Input(input);
        var features = Features(graph, encoding, champion);
        var tensor = features.Count == 1 ? features[0] : graph.Node("Concat", features, GraphBuilder.Integer("axis", 1));
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var layer = network.Layers[l];
            var (weights, biases) = (layer.Weights, layer.Biases);
            if (l == network.Layers.Count - 1) (weights, biases) = Back(weights, biases, scale);
            tensor = graph.Node("Gemm", [tensor, graph.Floats(weights, layer.Outputs, layer.Inputs), graph.Floats(biases, layer.Outputs)], GraphBuilder.Integer("transB", 1));
            if (l < network.Layers.Count - 1) tensor = graph.Node(network.Activation.ToString(), [tensor]);
        }

        var width = network.Outputs;
        if (task.Activation == ScoreActivation.None)
        {
            if (network.Loss == Loss.LogLoss) tensor = graph.Node("Sigmoid", [tensor]);
            if (network.Loss == Loss.SoftmaxCrossEntropy) tensor = graph.Node("Softmax", [tensor], GraphBuilder.Integer("axis", 1));
        }
        else if (task is { Kind: TaskKind.Binary, Activation: ScoreActivation.Softmax })
        {
            // The monitor takes a softmax over two numbers: 0 and z make the same probability as a sigmoid of z.
            tensor = graph.Node("Mul", [tensor, graph.Floats(task.LabelPositive?.Text == "0" ? [1, 0] : [0, 1], 1, 2)]);
            width = 2;
        }

        var metadata = new Dictionary<string, string> { [MetadataKey] = JsonSerializer.Serialize(TrainedNetwork.Of(network, encoding, scale)) };
        return graph.Build(tensor, task.Output ?? champion.Output, width, metadata).ToByteArray();
    }

    private static (double[] Weights, double[] Biases) Back(double[] weights, double[] biases, LabelScale scale) =>
        scale == LabelScale.None ? (weights, biases) : ([.. weights.Select(w => w * scale.Scale)], [.. biases.Select(b => scale.Back(b))]);

    /// <summary>The features in the encoding's order, one tensor [N, width] for each column.</summary>
    private static List<string> Features(GraphBuilder graph, RowEncoding encoding, ChampionFile champion)
    {
        var (features, read) = (new List<string>(), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var column in encoding.Columns)
        {
            var text = champion.TypeOf(column.Input) == GraphBuilder.Text;
            if (!read.TryGetValue(column.Input, out var matrix))
            {
                // Inputs without a second dimension get one.
                matrix = champion.RankOf(column.Input) == 1 ? graph.Node("Reshape", [column.Input, graph.Integers([-1, 1], 2)]) : column.Input;
                if (!text) matrix = graph.Node("Cast", [matrix], GraphBuilder.Integer("to", GraphBuilder.Float));
                read[column.Input] = matrix;
            }

            var cells = graph.Node("Gather", [matrix, graph.Integers([column.Place], 1)], GraphBuilder.Integer("axis", 1));
            features.AddRange(column switch
            {
                CategoryEncoding category when text => [graph.Node("Flatten", [graph.Node("OneHotEncoder", "ai.onnx.ml", [cells], GraphBuilder.Texts("cats_strings", category.Categories), GraphBuilder.Integer("zeros", 1))], GraphBuilder.Integer("axis", 1))],
                CategoryEncoding category => [graph.Node("Cast", [graph.Node("Equal", [cells, graph.Floats([.. category.Categories.Select(NumberOf)], 1, category.Width)])], GraphBuilder.Integer("to", GraphBuilder.Float))],
                NumericEncoding numeric => Numeric(graph, cells, numeric),
                _ => throw new InvalidOperationException(),
            });
        }

        return features;
    }

    private static List<string> Numeric(GraphBuilder graph, string cells, NumericEncoding numeric)
    {
        var missing = graph.Node("Or", [graph.Node("IsNaN", [cells]), graph.Node("IsInf", [cells])]);
        var known = graph.Node("Where", [missing, graph.Floats([numeric.Mean], 1, 1), cells]);
        var standard = graph.Node("Div", [graph.Node("Sub", [known, graph.Floats([numeric.Mean], 1, 1)]), graph.Floats([numeric.Scale], 1, 1)]);
        return numeric.TellsMissing ? [standard, graph.Node("Cast", [missing], GraphBuilder.Integer("to", GraphBuilder.Float))] : [standard];
    }

    private static double NumberOf(string category) =>
        double.TryParse(category, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : bool.TryParse(category, out var truth) ? (truth ? 1 : 0) : double.NaN;
}
