using ModelMonitor.Trainer.Data;
using ModelMonitor.Trainer.Networks;
using ModelMonitor.Trainer.Sweeps;

namespace ModelMonitor.Plugins.Tests.Trainer;

public sealed class SweepTests
{
    [Fact]
    public void The_error_of_a_point_is_its_bias_squared_plus_its_variance()
    {
        var sweep = Run([0, 1, 100]);
        Assert.All(sweep.Points, p => Assert.Equal(p.Error, p.BiasSquared + p.Variance, 12));
        Assert.All(sweep.Points, p => Assert.True(p.Variance >= 0 && p.BiasSquared >= 0));
    }

    [Fact]
    public void With_more_regularization_variance_falls_and_bias_rises_and_the_error_between_is_least()
    {
        // Forty rows, fifteen numbers, of which one means something: without regularization the other fourteen are learned by heart.
        var random = new Random(8);
        var features = Enumerable.Range(0, 40 * 15).Select(_ => (2 * random.NextDouble()) - 1).ToArray();
        var samples = new Samples(15, features, [.. Enumerable.Range(0, 40).Select(row => features[15 * row] + (2 * random.NextDouble()) - 1)]);
        var points = Sweep.Run(samples, [.. new[] { 0.0, 20, 3000 }.Select(l2 => new SweepSetting([], l2, 0, 0))], 20, 5, (setting, resample, seed, token) => Fitting.Fit(
            Network.Create(15, [], 1, Activation.Relu, Loss.SquaredError, new Random(seed)), resample, null, new FitOptions { Penalty = new(setting.L2, 0), Epochs = 300, LearningRate = 0.02, BatchRows = 40, Seed = seed }, token).Network, null, default).Points;
        Assert.True(points[0].Variance > points[1].Variance && points[1].Variance > points[2].Variance, string.Join(" ", (IEnumerable<SweepPoint>)points));
        Assert.True(points[2].BiasSquared > points[1].BiasSquared, string.Join(" ", (IEnumerable<SweepPoint>)points));
        Assert.True(points[1].Error < points[0].Error && points[1].Error < points[2].Error, string.Join(" ", (IEnumerable<SweepPoint>)points));
    }

    /// <summary>A model that knows its own rows by heart and says 0 elsewhere: over rows that it had not seen it must be as bad as 0 is.</summary>
    [Fact]
    public void No_error_comes_from_a_row_that_was_fitted()
    {
        var samples = new Samples(1, [.. Enumerable.Range(0, 40).Select(i => (double)i)], [.. Enumerable.Repeat(1.0, 40)]);
        var sweep = Sweep.Run(samples, [new([], 0, 0, 0)], 6, 1, (_, resample, _, _) => Steps(resample), null, default);
        Assert.Equal(1, sweep.Points[0].Error, 9);

        // Zero but at the rows of the resample: two steps of a sigmoid, steep beyond doubt, about each of them.
        static Network Steps(Samples resample)
        {
            var known = resample.Features.Distinct().ToArray();
            double[] weights = [.. known.SelectMany(_ => new[] { 1000.0, 1000.0 })], biases = [.. known.SelectMany(x => new[] { -1000 * (x - 0.5), -1000 * (x + 0.5) })];
            return new([new Layer(1, weights.Length, weights, biases), new Layer(weights.Length, 1, [.. known.SelectMany(_ => new[] { 1.0, -1.0 })], [0])], Activation.Sigmoid, Loss.SquaredError);
        }
    }

    [Fact]
    public void The_simplest_setting_within_a_standard_error_of_the_best_is_chosen_and_the_reason_told()
    {
        var sweep = Run([0, 0.01, 0.02, 3000]);
        Assert.True(sweep.Chosen.Excess <= sweep.Chosen.ExcessError);
        Assert.All(sweep.Points.Where(p => p.Excess <= p.ExcessError), p => Assert.True(p.Setting.L2 <= sweep.Chosen.Setting.L2));
        Assert.NotEqual(3000, sweep.Chosen.Setting.L2);
        Assert.Contains("one standard error", sweep.Why, StringComparison.Ordinal);
        Assert.Equal((0, 0), (sweep.Best.Excess, sweep.Best.ExcessError));
    }

    [Fact]
    public void The_same_seed_gives_the_same_sweep()
    {
        string Told() => SweepReport.Write(Run([0, 1])).ToJsonString();
        Assert.Equal(Told(), Told());
    }

    [Fact]
    public void The_curve_is_a_picture_with_its_three_lines()
    {
        var svg = SweepReport.Plot(Run([0, 1, 10]));
        Assert.StartsWith("<?xml", svg, StringComparison.Ordinal);
        foreach (var line in new[] { "error", "bias²", "variance" }) Assert.Contains($">{line}<", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_of_one_fit_is_told_as_it_is_and_cancellation_ends_the_sweep()
    {
        var samples = Wave(40);
        Assert.Equal("no", Assert.Throws<TrainingException>(() => Sweep.Run(samples, [new([], 0, 0, 0)], 3, 1, (_, _, _, _) => throw new TrainingException("no"), null, default)).Message);
        Assert.ThrowsAny<OperationCanceledException>(() => Sweep.Run(samples, [new([], 0, 0, 0)], 3, 1, (_, _, _, token) => throw new OperationCanceledException(token), null, new CancellationToken(true)));
    }

    [Fact]
    public void A_prescription_becomes_settings()
    {
        var task = Task(new() { L2 = (0.1, 1000), L1 = (0.01, 10), Dropout = (0.2, 0.5), Capacity = "smaller" });
        var settings = SweepGrid.Of(task, SweepGrid.Sized([16, 8], "smaller"));
        Assert.Equal([0.1, 1, 10, 100, 1000], settings.Where(s => s is { L1: 0, Dropout: 0, Hidden.Count: 2 }).Select(s => Math.Round(s.L2, 9)));
        Assert.All(settings.Where(s => s.Hidden.Count > 0), s => Assert.Equal([8, 4], s.Hidden));
        Assert.Equal([0.2, 0.5], settings.Where(s => s.Dropout > 0).Select(s => s.Dropout));
        Assert.Equal([0.01, 10], settings.Where(s => s.L1 > 0).Select(s => s.L1));
        Assert.Equal(2, settings.Count(s => s.Hidden.Count == 0));
        Assert.DoesNotContain(SweepGrid.Of(Task(new() { L2 = (0, 0.01), Capacity = "larger" }), [32]), s => s.Hidden.Count == 0 || s.Dropout > 0 || s.L1 > 0);
        Assert.Equal([0, 0.001, 0.01, 0.1, 1], SweepGrid.Geometric((0, 1), 5).Select(l => Math.Round(l, 9)));
    }

    private sealed record Prescribed
    {
        public (double, double) L2 { get; init; }

        public (double, double) L1 { get; init; }

        public (double, double) Dropout { get; init; }

        public string Capacity { get; init; } = "same";
    }

    private static TrainingTask Task(Prescribed p) => new()
    {
        Key = "k",
        Kind = Core.TaskKind.Regression,
        Version = "1",
        Champion = "",
        Inputs = [],
        LabelColumn = "y",
        Rows = "training",
        L2 = p.L2,
        L1 = p.L1,
        Dropout = p.Dropout,
        Capacity = p.Capacity,
    };

    private static SweepResult Run(double[] strengths) => Sweep.Run(
        Wave(80), [.. strengths.Select(l2 => new SweepSetting([12], l2, 0, 0))], 12, 5,
        (setting, resample, seed, token) => Fitting.Fit(Network.Create(1, setting.Hidden, 1, Activation.Tanh, Loss.SquaredError, new Random(seed)), resample, null,
            new FitOptions { Penalty = new(setting.L2, 0), Epochs = 150, LearningRate = 0.03, BatchRows = 16, Seed = seed }, token).Network, null, default);

    private static Samples Wave(int rows)
    {
        var random = new Random(4);
        var x = Enumerable.Range(0, rows).Select(_ => (4 * random.NextDouble()) - 2).ToArray();
        return new(1, x, [.. x.Select(v => Math.Sin(2 * v) + (random.NextDouble() - 0.5))]);
    }
}
