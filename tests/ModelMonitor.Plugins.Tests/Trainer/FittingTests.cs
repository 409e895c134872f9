using ModelMonitor.Trainer.Networks;

namespace ModelMonitor.Plugins.Tests.Trainer;

public sealed class FittingTests
{
    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.5)]
    [InlineData(OptimizerKind.Momentum, 0.1)]
    [InlineData(OptimizerKind.RmsProp, 0.02)]
    [InlineData(OptimizerKind.Adam, 0.05)]
    public void Every_optimizer_learns_what_no_line_can_part(OptimizerKind optimizer, double rate)
    {
        var xor = Xor(200, 1);
        var fitted = Fitting.Fit(Start(8, 5), xor, null, new FitOptions { Optimizer = optimizer, LearningRate = rate, Epochs = 300, BatchRows = 20, Seed = 2 }, default);
        Assert.True(fitted.TrainLoss < 0.1, $"{optimizer}: {fitted.TrainLoss}");
        Assert.All(Enumerable.Range(0, 20), row => Assert.Equal(xor.Labels[row], Math.Round(fitted.Network.Predict(xor.FeaturesOf(row))[0])));
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_seed_others()
    {
        double[] Weights(int seed) => Fitting.Fit(Start(8, 5), Xor(200, 1), null, new FitOptions { Epochs = 5, Dropout = 0.2, Seed = seed }, default).Network.Layers[0].Weights;
        Assert.Equal(Weights(1), Weights(1));
        Assert.NotEqual(Weights(1), Weights(2));
    }

    [Fact]
    public void Fitting_leaves_the_weights_that_it_began_with()
    {
        var start = Start(8, 5);
        var before = start.Layers[0].Weights.ToArray();
        Fitting.Fit(start, Xor(50, 1), null, new FitOptions { Epochs = 3 }, default);
        Assert.Equal(before, start.Layers[0].Weights);
    }

    [Fact]
    public void Early_stopping_gives_back_the_weights_that_answered_the_tune_rows_best()
    {
        // Labels by chance: whatever is learned is learned by heart.
        var (train, tune) = (Noise(60, 1), Noise(60, 2));
        var options = new FitOptions { Epochs = 200, LearningRate = 0.05, BatchRows = 10, Seed = 3 };
        var stopped = Fitting.Fit(Start(32, 5), train, tune, options with { Patience = 5 }, default);
        var byHeart = Fitting.Fit(Start(32, 5), train, tune, options, default);
        Assert.InRange(stopped.Epochs, 6, 60);
        Assert.Equal(stopped.Best + 5, stopped.Epochs);
        Assert.True(stopped.TuneLoss < byHeart.TuneLoss);
        Assert.True(byHeart.TrainLoss < stopped.TrainLoss);
        Assert.Equal(stopped.TuneLoss, stopped.Network.MeanLoss(tune));
    }

    [Fact]
    public void L2_shrinks_weights_and_L1_puts_those_that_are_idle_near_zero()
    {
        double[] Weights(Penalty penalty) => Fitting.Fit(
            new Network([new Layer(3, 1, [0.1, 0.1, 0.1], [0])], Activation.Relu, Loss.SquaredError), Line(300), null,
            new FitOptions { Penalty = penalty, Epochs = 200, Optimizer = OptimizerKind.Sgd, LearningRate = 0.05, Schedule = RateSchedule.Cosine }, default).Network.Layers[0].Weights;
        var (free, l2, l1) = (Weights(Penalty.None), Weights(new(300, 0)), Weights(new(0, 60)));
        Assert.Equal(2, free[0], 0.05);
        Assert.True(l2.Sum(w => w * w) < 0.9 * free.Sum(w => w * w));
        Assert.True(Math.Abs(l1[2]) < 0.02, $"{l1[2]}");
        Assert.True(l1[0] > 1);
    }

    /// <summary>Ridge regression has a closed form; the fit must find it: (XᵀX + (λ₂/2)I)⁻¹Xᵀy for J = (1/m)Σ(ŷ−y)² + (λ₂/2m)w².</summary>
    [Fact]
    public void L2_on_a_line_is_ridge_regression()
    {
        var x = Enumerable.Range(0, 50).Select(i => (i - 24.5) / 10).ToArray();
        var samples = new Samples(1, x, [.. x.Select((v, i) => (3 * v) + (i % 2 == 0 ? 0.5 : -0.5))]);
        var expected = x.Zip(samples.Labels, (a, b) => a * b).Sum() / (x.Sum(v => v * v) + 20);
        var fitted = Fitting.Fit(new Network([new Layer(1, 1, [0], [0])], Activation.Relu, Loss.SquaredError), samples, null,
            new FitOptions { Penalty = new(40, 0), Optimizer = OptimizerKind.Sgd, Schedule = RateSchedule.Constant, LearningRate = 0.05, BatchRows = 50, Epochs = 2000 }, default);
        Assert.Equal(expected, fitted.Network.Layers[0].Weights[0], 1e-6);
    }

    [Fact]
    public void Schedules_fall_as_they_say()
    {
        double[] Of(RateSchedule schedule) => [.. Enumerable.Range(0, 100).Select(e => Fitting.RateOf(new FitOptions { LearningRate = 1, Epochs = 100, Schedule = schedule }, e))];
        Assert.All(Of(RateSchedule.Constant), rate => Assert.Equal(1, rate));
        Assert.Equal([1, 0.5, 0.25, 0.125], new[] { 0, 25, 50, 75 }.Select(e => Of(RateSchedule.Step)[e]));
        Assert.Equal((1, 0.5, 0.01), (Of(RateSchedule.Cosine)[0], Math.Round(Of(RateSchedule.Cosine)[50], 12), Of(RateSchedule.Cosine)[99]));
    }

    [Fact]
    public void A_rate_that_is_too_high_is_told_and_cancellation_ends_a_fit()
    {
        Assert.Contains("learning rate", Assert.Throws<InvalidOperationException>(() => Fitting.Fit(
            new Network([new Layer(3, 1, [1, 1, 1], [0])], Activation.Relu, Loss.SquaredError), Line(100), null, new FitOptions { Optimizer = OptimizerKind.Sgd, LearningRate = 1e3, Epochs = 200 }, default)).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => Fitting.Fit(Start(8, 5), Xor(50, 1), null, new FitOptions(), new CancellationToken(true)));
    }

    private static Network Start(int hidden, int seed) => Network.Create(2, [hidden], 1, Activation.Tanh, Loss.LogLoss, new Random(seed));

    private static Samples Xor(int rows, int seed)
    {
        var random = new Random(seed);
        var features = Enumerable.Range(0, rows * 2).Select(_ => random.Next(2) == 0 ? -1.0 : 1.0).ToArray();
        return new(2, features, [.. Enumerable.Range(0, rows).Select(row => features[2 * row] * features[(2 * row) + 1] < 0 ? 1.0 : 0.0)]);
    }

    private static Samples Noise(int rows, int seed)
    {
        var random = new Random(seed);
        return new(2, [.. Enumerable.Range(0, rows * 2).Select(_ => random.NextDouble())], [.. Enumerable.Range(0, rows).Select(_ => (double)random.Next(2))]);
    }

    /// <summary>y = 2·x₀ + x₁, x₂ idle.</summary>
    private static Samples Line(int rows)
    {
        var random = new Random(9);
        var features = Enumerable.Range(0, rows * 3).Select(_ => (2 * random.NextDouble()) - 1).ToArray();
        return new(3, features, [.. Enumerable.Range(0, rows).Select(row => (2 * features[3 * row]) + features[(3 * row) + 1])]);
    }
}
