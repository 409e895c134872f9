using ModelMonitor.Trainer.Data;
using ModelMonitor.Trainer.Networks;

namespace ModelMonitor.Trainer.Onnx;

/// <summary>A network with its encoding, as the trainer's own files carry it.</summary>
internal sealed record TrainedNetwork(string Activation, string Loss, IReadOnlyList<TrainedLayer> Layers, IReadOnlyList<TrainedColumn> Columns, double LabelMean, double LabelScale)
{
    public static TrainedNetwork Of(Network network, RowEncoding encoding, LabelScale scale) => new(
        network.Activation.ToString(), network.Loss.ToString(), [.. network.Layers.Select(l => new TrainedLayer(l.Inputs, l.Outputs, l.Weights, l.Biases))],
        [.. encoding.Columns.Select(c => c switch
        {
            NumericEncoding n => new TrainedColumn(n.Column, n.Input, n.Place, n.Mean, n.Scale, n.TellsMissing, null),
            CategoryEncoding k => new TrainedColumn(k.Column, k.Input, k.Place, 0, 1, false, k.Categories),
            _ => throw new InvalidOperationException(),
        })], scale.Mean, scale.Scale);

    public Network Network() => new([.. Layers.Select(l => new Layer(l.Inputs, l.Outputs, [.. l.Weights], [.. l.Biases]))], Enum.Parse<Activation>(Activation), Enum.Parse<Loss>(Loss));

    public RowEncoding Encoding() => new([.. Columns.Select(c => c.Categories is { } categories ? (ColumnEncoding)new CategoryEncoding(c.Column, c.Input, c.Place, categories) : new NumericEncoding(c.Column, c.Input, c.Place, c.Mean, c.Scale, c.TellsMissing))]);

    public LabelScale Labels => new(LabelMean, LabelScale);
}

internal sealed record TrainedLayer(int Inputs, int Outputs, double[] Weights, double[] Biases);

internal sealed record TrainedColumn(string Column, string Input, int Place, double Mean, double Scale, bool TellsMissing, IReadOnlyList<string>? Categories);
