namespace ModelMonitor.Trainer.Networks;

/// <summary>How a gradient becomes a step.</summary>
public enum OptimizerKind
{
    /// <summary>w ← w − η·g.</summary>
    Sgd,

    /// <summary>v ← 0.9·v + g; w ← w − η·v (Polyak 1964): carries over plateaus and out of saddle points.</summary>
    Momentum,

    /// <summary>s ← 0.9·s + 0.1·g²; w ← w − η·g/(√s + ε) (Tieleman &amp; Hinton 2012): each weight at its own pace.</summary>
    RmsProp,

    /// <summary>Both, with the bias of the first steps taken out (Kingma &amp; Ba 2015): β₁ 0.9, β₂ 0.999.</summary>
    Adam,
}

/// <summary>Steps a network's parameters. Holds state for one network.</summary>
public sealed class Optimizer(OptimizerKind kind, Network network)
{
    private const double Momentum = 0.9, Decay = 0.9, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly double[][] _first = Zeros(network);
    private readonly double[][] _second = Zeros(network);
    private int _steps;

    /// <param name="rate">η.</param>
    public void Step(IReadOnlyList<Layer> gradient, double rate)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        _steps++;
        for (var l = 0; l < gradient.Count; l++)
        {
            Step(network.Layers[l].Weights, gradient[l].Weights, _first[2 * l], _second[2 * l], rate);
            Step(network.Layers[l].Biases, gradient[l].Biases, _first[(2 * l) + 1], _second[(2 * l) + 1], rate);
        }
    }

    private void Step(double[] w, double[] g, double[] v, double[] s, double rate)
    {
        var (one, two) = (1 - Math.Pow(Beta1, _steps), 1 - Math.Pow(Beta2, _steps));
        for (var i = 0; i < w.Length; i++)
        {
            switch (kind)
            {
                case OptimizerKind.Sgd:
                    w[i] -= rate * g[i];
                    break;
                case OptimizerKind.Momentum:
                    v[i] = (Momentum * v[i]) + g[i];
                    w[i] -= rate * v[i];
                    break;
                case OptimizerKind.RmsProp:
                    s[i] = (Decay * s[i]) + ((1 - Decay) * g[i] * g[i]);
                    w[i] -= rate * g[i] / (Math.Sqrt(s[i]) + Epsilon);
                    break;
                default:
                    v[i] = (Beta1 * v[i]) + ((1 - Beta1) * g[i]);
                    s[i] = (Beta2 * s[i]) + ((1 - Beta2) * g[i] * g[i]);
                    w[i] -= rate * (v[i] / one) / (Math.Sqrt(s[i] / two) + Epsilon);
                    break;
            }
        }
    }

    private static double[][] Zeros(Network network) => [.. network.Layers.SelectMany(layer => new[] { new double[layer.Weights.Length], new double[layer.Biases.Length] })];
}
