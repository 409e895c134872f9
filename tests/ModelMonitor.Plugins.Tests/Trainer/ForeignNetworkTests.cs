using Google.Protobuf;
using ModelMonitor.Host.Files;
using ModelMonitor.Trainer.Data;
using ModelMonitor.Trainer.Networks;
using ModelMonitor.Trainer.Onnx;

namespace ModelMonitor.Plugins.Tests.Trainer;

/// <summary>Networks that others wrote: read where they are a chain of layers, left alone where they are anything else.</summary>
public sealed class ForeignNetworkTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-test-");
    private readonly Random _random = new(3);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Gemm", true)]
    [InlineData("Gemm", false)]
    [InlineData("MatMul", true)]
    public void A_chain_of_layers_is_read_with_its_standardisation_and_answers_as_it_does(string operation, bool standardised)
    {
        var task = Flights();
        var path = Write(graph => Layers(graph, operation, standardised, "Tanh"));
        var (network, encoding, scale) = ChampionFile.Read(path).Continue(task)!.Value;
        Assert.Equal((2, 7, 5, Activation.Tanh, Loss.LogLoss), (network.Layers.Count, network.Inputs, network.Layers[0].Outputs, network.Activation, network.Loss));
        Assert.Equal(LabelScale.None, scale);
        var model = Requests.Model("flights", "flights");
        var scores = Requests.Score(model, path, model.Reference!.Holdout!);
        var rows = Table.Read(new DataFiles(), [model.Reference.Holdout!], task, [.. task.Inputs[0].Columns.Select(c => (c, false))]);
        var answers = network.Predict(encoding.Encode(rows, scale).Features);
        for (var i = 0; i < scores.Length; i++) Assert.Equal(answers[i], scores[i], 1e-5);
    }

    [Fact]
    public void Anything_else_is_left_alone()
    {
        var task = Flights();
        Assert.Null(ChampionFile.Read(Write(graph => graph.Node("Sigmoid", [graph.Node("Softplus", [Layers(graph, "Gemm", false, "Tanh", ended: false)])]))).Continue(task));
        Assert.Null(ChampionFile.Read(Requests.Model("flights", "flights").Onnx!).Continue(task));
        Assert.Null(ChampionFile.Read(Requests.Model("birdstrikes", "birdstrikes").Onnx!).Continue(TrainingTask.Parse(Requests.Message(Requests.Load(Requests.Model("birdstrikes", "birdstrikes")), "k"))));
    }

    private static TrainingTask Flights() => TrainingTask.Parse(Requests.Message(Requests.Load(Requests.Model("flights", "flights")), "k"));

    private string Layers(GraphBuilder graph, string operation, bool standardised, string activation, bool ended = true)
    {
        double[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.NextDouble() - 0.5)];
        var x = "input";
        if (standardised) x = graph.Node("Div", [graph.Node("Sub", [x, graph.Floats(Some(7), 1, 7)]), graph.Floats([1, 2, 3, 4, 5, 6, 7], 1, 7)]);
        var hidden = operation == "Gemm"
            ? graph.Node("Gemm", [x, graph.Floats(Some(35), 7, 5), graph.Floats(Some(5), 5)])
            : graph.Node("Add", [graph.Node("MatMul", [x, graph.Floats(Some(35), 7, 5)]), graph.Floats(Some(5), 5)]);
        var z = graph.Node("Gemm", [graph.Node(activation, [hidden]), graph.Floats(Some(5), 1, 5), graph.Floats(Some(1), 1)], GraphBuilder.Integer("transB", 1));
        return ended ? graph.Node("Sigmoid", [z]) : z;
    }

    private string Write(Func<GraphBuilder, string> build)
    {
        var graph = new GraphBuilder("foreign");
        graph.Input(ChampionFile.Read(Requests.Model("flights", "flights").Onnx!).Inputs[0]);
        var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N") + ".onnx");
        File.WriteAllBytes(path, graph.Build(build(graph), "probabilities", 1, new Dictionary<string, string>()).ToByteArray());
        return path;
    }
}
