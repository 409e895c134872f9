using System.Numerics.Tensors;

namespace ModelMonitor.Trainer.Networks;

/// <summary>A fully connected layer: z = W·x + b.</summary>
/// <param name="weights">Row by row, one row of inputs for each output.</param>
public sealed class Layer(int inputs, int outputs, double[] weights, double[] biases)
{
    public int Inputs { get; } = inputs;

    public int Outputs { get; } = outputs;

    public double[] Weights { get; } = weights;

    public double[] Biases { get; } = biases;

    public Span<double> WeightsOf(int output) => Weights.AsSpan(output * Inputs, Inputs);

    public Layer Copy() => new(Inputs, Outputs, [.. Weights], [.. Biases]);

    public Layer Empty() => new(Inputs, Outputs, new double[Weights.Length], new double[Biases.Length]);

    internal void Apply(ReadOnlySpan<double> x, Span<double> z)
    {
        for (var o = 0; o < Outputs; o++) z[o] = TensorPrimitives.Dot(WeightsOf(o), x) + Biases[o];
    }
}

/// <summary>A feed-forward network of up to three hidden layers; none: a linear or logistic model. Mutable: fitting changes its weights.</summary>
public sealed class Network(IReadOnlyList<Layer> layers, Activation activation, Loss loss)
{
    public const int MostHidden = 3;

    /// <summary>The last one is the output.</summary>
    public IReadOnlyList<Layer> Layers { get; } = layers;

    public Activation Activation { get; } = activation;

    public Loss Loss { get; } = loss;

    public int Inputs => Layers[0].Inputs;

    public int Outputs => Layers[^1].Outputs;

    public int Parameters => Layers.Sum(layer => layer.Weights.Length + layer.Biases.Length);

    /// <summary>Random weights: uniform within ±√(6/(in+out)) (Glorot &amp; Bengio 2010), before relu ±√(6/in) (He et al. 2015); biases 0.</summary>
    public static Network Create(int inputs, IReadOnlyList<int> hidden, int outputs, Activation activation, Loss loss, Random random)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hidden.Count, MostHidden);
        var sizes = new[] { inputs }.Concat(hidden).Append(outputs).ToArray();
        var layers = new Layer[sizes.Length - 1];
        for (var l = 0; l < layers.Length; l++)
        {
            var (from, to) = (sizes[l], sizes[l + 1]);
            var limit = Math.Sqrt(6.0 / (activation == Activation.Relu && l < layers.Length - 1 ? Math.Max(from, 1) : from + to));
            layers[l] = new(from, to, [.. Enumerable.Range(0, from * to).Select(_ => ((2 * random.NextDouble()) - 1) * limit)], new double[to]);
        }

        return new(layers, activation, loss);
    }

    public Network Copy() => new([.. Layers.Select(layer => layer.Copy())], Activation, Loss);

    /// <summary>The answers to rows: probabilities, or values.</summary>
    /// <param name="features">Row by row.</param>
    /// <returns>Row by row, <see cref="Outputs"/> of each.</returns>
    public double[] Predict(ReadOnlySpan<double> features)
    {
        var rows = Inputs == 0 ? 0 : features.Length / Inputs;
        var (pass, answers) = (new Pass(this), new double[rows * Outputs]);
        for (var row = 0; row < rows; row++)
            Losses.Predict(Loss, pass.Forward(features.Slice(row * Inputs, Inputs)), answers.AsSpan(row * Outputs, Outputs));
        return answers;
    }

    /// <summary>The mean loss over rows, without penalty.</summary>
    public double MeanLoss(Samples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var (pass, sum) = (new Pass(this), 0.0);
        for (var row = 0; row < samples.Rows; row++) sum += Losses.Of(Loss, pass.Forward(samples.FeaturesOf(row)), samples.Labels[row]);
        return sum / samples.Rows;
    }
}

/// <summary>Rows to fit on.</summary>
/// <param name="features">Row by row.</param>
/// <param name="labels">1 or 0, the class's place, or the value.</param>
public sealed class Samples(int width, double[] features, double[] labels)
{
    public int Width { get; } = width;

    public int Rows => Labels.Length;

    public double[] Features { get; } = features;

    public double[] Labels { get; } = labels;

    public ReadOnlySpan<double> FeaturesOf(int row) => Features.AsSpan(row * Width, Width);

    /// <summary>Some of the rows, in this order; a row may come more than once.</summary>
    public Samples Take(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var taken = new double[rows.Count * Width];
        for (var i = 0; i < rows.Count; i++) FeaturesOf(rows[i]).CopyTo(taken.AsSpan(i * Width));
        return new(Width, taken, [.. rows.Select(row => Labels[row])]);
    }
}
