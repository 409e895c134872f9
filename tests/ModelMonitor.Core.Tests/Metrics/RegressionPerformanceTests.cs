using CsCheck;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class RegressionPerformanceTests
{
    private static readonly Gen<(double, double)[]> Rows = Gen.Select(Gen.Double[-20, 20], Gen.Double[-20, 20]).Array[2, 60];

    [Fact]
    public void Metrics_are_what_their_formulas_say() =>
        Rows.Sample(rows =>
        {
            var values = Of(rows);
            var (predictions, labels) = (rows.Select(r => r.Item1).ToList(), rows.Select(r => r.Item2).ToList());
            var errors = rows.Select(r => r.Item1 - r.Item2).ToList();
            var (squares, magnitudes) = (errors.Select(e => e * e).ToList(), errors.Select(Math.Abs).ToList());
            Near(squares.Average(), values["mse"]);
            Near(Math.Sqrt(squares.Average()), values["rmse"]);
            Near(magnitudes.Average(), values["mae"]);
            Near(1 - (squares.Sum() / labels.Sum(y => Math.Pow(y - labels.Average(), 2))), values["r2"]);
            Near(errors.Average(), values["mean_error"]);
            Near(Naive.Variance(errors), values["error_variance"]);
            Near(Naive.Variance(predictions), values["prediction_variance"]);
            Near(Naive.Variance(labels), values["label_variance"]);
            Assert.Equal(Math.Sqrt(Naive.SampleVariance(squares) / rows.Length), values["mse"].StandardError!.Value, 1e-8);
            Assert.Equal(Math.Sqrt(Naive.SampleVariance(magnitudes) / rows.Length), values["mae"].StandardError!.Value, 1e-8);
            var (mse, variance) = (values["mse"], values["label_variance"].Value!.Value);
            if (values["r2"].StandardError is { } ofR2)
                Assert.Equal(Math.Sqrt(Math.Pow(mse.StandardError!.Value, 2) + (2 * Math.Pow(mse.Value!.Value, 2) / rows.Length)) / variance, ofR2, 1e-8 * (1 + ofR2));
            Assert.Equal(Math.Sqrt(Naive.SampleVariance(errors) / rows.Length), values["mean_error"].StandardError!.Value, 1e-8);
            Assert.Equal(Math.Max(values["mae"].Value!.Value - (1.959963984540054 * values["mae"].StandardError!.Value), 0), values["mae"].Lower!.Value, 1e-12);
            Assert.Equal(values["mse"].Value!.Value + (1.959963984540054 * values["mse"].StandardError!.Value), values["mse"].Upper!.Value, 1e-12);
        });

    [Fact]
    public void The_mean_squared_error_is_bias_squared_plus_variance() =>
        Gen.Select(Rows, Gen.OneOf(0.0, 1e6, -1e9)).Sample((rows, offset) =>
        {
            var values = Of([.. rows.Select(r => (r.Item1 + offset, r.Item2))]);
            var bias = values["mean_error"].Value!.Value;
            Assert.Equal(1, ((bias * bias) + values["error_variance"].Value!.Value) / values["mse"].Value!.Value, 1e-14);
        });

    [Fact]
    public void Errors_far_from_zero_keep_their_variance()
    {
        var values = Of([(1e15 + 1, 0), (1e15 + 3, 0)]);
        Assert.Equal(1, values["error_variance"].Value);
        Assert.Equal(1, values["prediction_variance"].Value);
    }

    [Fact]
    public void Batches_in_any_order_and_split_give_equal_digits() =>
        Gen.Select(Rows, Rows, Gen.Int[0, 1000]).Sample((a, b, seed) =>
        {
            (double, double)[] all = [.. a, .. b];
            new Random(seed).Shuffle(all);
            var merged = Outcomes(b);
            merged.Merge(Outcomes(a));
            Assert.Equal(Of(all), RegressionPerformance.Of(merged));
        });

    [Fact]
    public void Keys_stand_in_their_order_and_undefined_values_say_why()
    {
        string[] keys = ["mse", "rmse", "mae", "r2", "mean_error", "error_variance", "prediction_variance", "label_variance"];
        Assert.Equal(keys, Of([(1, 2)]).Keys);
        Assert.Equal(keys, Of([]).Keys);
        Assert.All(Of([]).Values, value => Assert.Equal(MetricStatus.NoLabels, value.Status));
        Assert.Equal(MetricStatus.ConstantLabel, Of([(1, 0.1), (2, 0.1), (3, 0.1)])["r2"].Status);
        Assert.Null(Of([(1, 2)])["mse"].Lower);
        Assert.Null(Of([(2, 2), (3, 3)])["rmse"].StandardError);
        Assert.Equal(1, Of([(2, 2), (3, 3)])["r2"].Value);
    }

    private static RegressionOutcomes Outcomes(IEnumerable<(double, double)> rows)
    {
        var outcomes = new RegressionOutcomes();
        foreach (var (prediction, label) in rows) outcomes.Add(prediction, label);
        return outcomes;
    }

    private static IReadOnlyDictionary<string, MetricValue> Of((double, double)[] rows) => RegressionPerformance.Of(Outcomes(rows));

    private static void Near(double expected, MetricValue actual) => Assert.Equal(expected, actual.Value!.Value, 1e-8 * Math.Max(1, Math.Abs(expected)));
}
