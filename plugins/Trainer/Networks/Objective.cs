namespace ModelMonitor.Trainer.Networks;

/// <summary>J = (1/m) Σ L + penalty, and its gradient.</summary>
internal static class Objective
{
    public static double Of(Network network, Samples samples, Penalty penalty) => network.MeanLoss(samples) + penalty.Of(network, samples.Rows);

    /// <summary>The gradient over some of the rows: their mean, plus the penalty's as over all.</summary>
    /// <param name="m">Rows that the penalty is spread over.</param>
    public static Layer[] Gradient(Network network, Pass pass, Samples samples, ReadOnlySpan<int> rows, Penalty penalty, int m, double dropout, Random? random)
    {
        Layer[] gradient = [.. network.Layers.Select(layer => layer.Empty())];
        foreach (var row in rows)
        {
            pass.Forward(samples.FeaturesOf(row), dropout, random);
            pass.Backward(samples.Labels[row], gradient);
        }

        foreach (var layer in gradient)
        {
            for (var i = 0; i < layer.Weights.Length; i++) layer.Weights[i] /= rows.Length;
            for (var i = 0; i < layer.Biases.Length; i++) layer.Biases[i] /= rows.Length;
        }

        penalty.AddSlope(network, m, gradient);
        return gradient;
    }
}
