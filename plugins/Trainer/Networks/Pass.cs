using System.Numerics.Tensors;

namespace ModelMonitor.Trainer.Networks;

/// <summary>One row's way through a network and back. Reused over rows; not safe for concurrent calls.</summary>
internal sealed class Pass
{
    private readonly Network _network;
    private readonly double[][] _values;
    private readonly double[][] _slopes;
    private readonly double[][] _kept;
    private readonly double[] _input;

    public Pass(Network network)
    {
        _network = network;
        _input = new double[network.Inputs];
        _values = [.. network.Layers.Select(layer => new double[layer.Outputs])];
        _slopes = [.. network.Layers.Select(layer => new double[layer.Outputs])];
        _kept = [.. network.Layers.SkipLast(1).Select(layer => new double[layer.Outputs])];
    }

    /// <summary>The outputs before their activation, good until the next call.</summary>
    public ReadOnlySpan<double> Forward(ReadOnlySpan<double> features) => Forward(features, 0, null);

    /// <summary>The same with dropout: each hidden unit is left out with this probability, and those that are kept are scaled up by 1 ÷ (1 − p), so that nothing changes when it is off.</summary>
    public ReadOnlySpan<double> Forward(ReadOnlySpan<double> features, double dropout, Random? random)
    {
        features.CopyTo(_input);
        for (var l = 0; l < _values.Length; l++)
        {
            var z = _values[l];
            _network.Layers[l].Apply(l == 0 ? _input : _values[l - 1], z);
            if (l == _values.Length - 1) break;
            for (var o = 0; o < z.Length; o++)
            {
                _kept[l][o] = dropout == 0 || random is null ? 1 : random.NextDouble() < dropout ? 0 : 1 / (1 - dropout);
                z[o] = Activations.Of(_network.Activation, z[o]);
            }

            // The slope needs the activation as it was; what is passed on is what was kept of it.
            z.CopyTo(_slopes[l], 0);
            for (var o = 0; o < z.Length; o++) z[o] *= _kept[l][o];
        }

        return _values[^1];
    }

    /// <summary>Adds the last row's gradient of its loss, by backpropagation (Rumelhart, Hinton, Williams 1986).</summary>
    public void Backward(double label, Layer[] gradient)
    {
        var last = _values.Length - 1;
        var delta = new double[_values[last].Length];
        Losses.Slope(_network.Loss, _values[last], label, delta);
        for (var l = last; l >= 0; l--)
        {
            var layer = _network.Layers[l];
            ReadOnlySpan<double> x = l == 0 ? _input : _values[l - 1];
            var below = l == 0 ? [] : new double[layer.Inputs];
            for (var o = 0; o < layer.Outputs; o++)
            {
                if (delta[o] == 0) continue;
                gradient[l].Biases[o] += delta[o];
                var row = gradient[l].WeightsOf(o);
                TensorPrimitives.MultiplyAdd(x, delta[o], row, row);
                if (l > 0) TensorPrimitives.MultiplyAdd(layer.WeightsOf(o), delta[o], below, below);
            }

            for (var i = 0; i < below.Length; i++) below[i] *= _kept[l - 1][i] * Activations.Slope(_network.Activation, _slopes[l - 1][i]);
            delta = below;
        }
    }
}
