using ModelMonitor.Trainer.Networks;

namespace ModelMonitor.Plugins.Tests.Trainer;

/// <summary>Every gradient against finite differences of the objective it belongs to.</summary>
public sealed class GradientTests
{
    public static TheoryData<int, Activation, Loss, double, double> Cases
    {
        get
        {
            var data = new TheoryData<int, Activation, Loss, double, double>();
            foreach (var activation in Enum.GetValues<Activation>())
                foreach (var loss in Enum.GetValues<Loss>())
                    for (var hidden = 0; hidden <= Network.MostHidden; hidden++)
                        foreach (var (l2, l1) in new[] { (0.0, 0.0), (0.7, 0.0), (0.0, 0.4), (0.5, 0.3) }) data.Add(hidden, activation, loss, l2, l1);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backpropagation_is_the_derivative_of_the_objective(int hidden, Activation activation, Loss loss, double l2, double l1)
    {
        var random = new Random(hidden + 17);
        var outputs = loss == Loss.SoftmaxCrossEntropy ? 3 : 1;
        var network = Network.Create(4, Enumerable.Repeat(5, hidden).ToArray(), outputs, activation, loss, random);
        // Biases of 0 would put units of relu upon their kink, where there is no derivative.
        foreach (var layer in network.Layers)
            for (var i = 0; i < layer.Biases.Length; i++) layer.Biases[i] = random.NextDouble() - 0.4;
        var samples = Rows(random, 12, loss);
        var penalty = new Penalty(l2, l1);
        var gradient = Objective.Gradient(network, new Pass(network), samples, Enumerable.Range(0, samples.Rows).ToArray(), penalty, samples.Rows, 0, null);
        for (var l = 0; l < network.Layers.Count; l++)
        {
            AssertSlopes(network, samples, penalty, network.Layers[l].Weights, gradient[l].Weights);
            AssertSlopes(network, samples, penalty, network.Layers[l].Biases, gradient[l].Biases);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(0, 3)]
    [InlineData(2, 3)]
    public void The_penalty_is_its_formula_over_weights_and_no_bias(double l2, double l1)
    {
        var network = new Network([new Layer(2, 1, [3, -4], [100])], Activation.Relu, Loss.SquaredError);
        Assert.Equal((l2 / (2 * 10) * 25) + (l1 / 10 * 7), new Penalty(l2, l1).Of(network, 10), 12);
    }

    /// <summary>ln(1 + eᶻ) − yz, −ln softmax, (ŷ − y)², |ŷ − y|, as plainly as can be.</summary>
    [Fact]
    public void Losses_are_their_formulas_and_stay_finite_far_out()
    {
        Assert.Equal(-Math.Log(1 / (1 + Math.Exp(-0.3))), Losses.Of(Loss.LogLoss, [0.3], 1), 12);
        Assert.Equal(-Math.Log(1 - (1 / (1 + Math.Exp(-0.3)))), Losses.Of(Loss.LogLoss, [0.3], 0), 12);
        Assert.Equal(-Math.Log(Math.Exp(2) / (Math.Exp(1) + Math.Exp(2) + Math.Exp(-1))), Losses.Of(Loss.SoftmaxCrossEntropy, [1, 2, -1], 1), 12);
        Assert.Equal((6.25, 2.5), (Losses.Of(Loss.SquaredError, [1.5], 4), Losses.Of(Loss.AbsoluteError, [1.5], 4)));
        Assert.Equal((1000, 0), (Losses.Of(Loss.LogLoss, [1000], 0), Losses.Of(Loss.LogLoss, [1000], 1)));
        Assert.Equal(2000, Losses.Of(Loss.SoftmaxCrossEntropy, [1000, -1000], 1), 9);
    }

    [Fact]
    public void Dropout_leaves_the_expected_output_as_it_is_and_is_off_when_answering()
    {
        var network = new Network([new Layer(1, 200, Enumerable.Repeat(1.0, 200).ToArray(), new double[200]), new Layer(200, 1, Enumerable.Repeat(0.005, 200).ToArray(), [0])], Activation.Relu, Loss.SquaredError);
        var (pass, random) = (new Pass(network), new Random(3));
        var outputs = Enumerable.Range(0, 2000).Select(_ => pass.Forward([1.0], 0.5, random)[0]).ToArray();
        Assert.Equal(1, outputs.Average(), 0.01);
        Assert.True(outputs.Max() - outputs.Min() > 0.2);
        Assert.Equal(1, network.Predict([1.0])[0], 12);
    }

    private static void AssertSlopes(Network network, Samples samples, Penalty penalty, double[] parameters, double[] slopes)
    {
        const double Step = 1e-6;
        for (var i = 0; i < parameters.Length; i++)
        {
            var kept = parameters[i];
            parameters[i] = kept + Step;
            var above = Objective.Of(network, samples, penalty);
            parameters[i] = kept - Step;
            var below = Objective.Of(network, samples, penalty);
            parameters[i] = kept;
            Assert.Equal((above - below) / (2 * Step), slopes[i], 1e-5);
        }
    }

    private static Samples Rows(Random random, int rows, Loss loss) => new(4, [.. Enumerable.Range(0, rows * 4).Select(_ => (2 * random.NextDouble()) - 1)],
        [.. Enumerable.Range(0, rows).Select(_ => loss switch { Loss.LogLoss => random.Next(2), Loss.SoftmaxCrossEntropy => random.Next(3), _ => random.NextDouble() * 3 })]);
}
