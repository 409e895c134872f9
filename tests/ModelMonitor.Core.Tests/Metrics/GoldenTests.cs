using System.Text.Json;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

/// <summary>Values and intervals as SciPy and scikit-learn compute them (tests/golden/metrics.py).</summary>
public sealed class GoldenTests
{
    private static readonly JsonDocument s_file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "metrics.json")));

    public static TheoryData<string> Binary => Names("binary");

    public static TheoryData<string> Regression => Names("regression");

    public static TheoryData<string> Drifts => Names("drift");

    [Theory]
    [MemberData(nameof(Binary))]
    public void Binary_performance_is_scikit_learns(string name)
    {
        var golden = Find("binary", name);
        var labels = Numbers(golden, "labels");
        var bins = new ScoreBins(0, 1, [], golden.GetProperty("threshold").GetDouble());
        var (outcomes, distinct) = Make.Outcomes(Numbers(golden, "scores").Select((score, i) => (score, labels[i] > 0)), bins);
        Compare(golden, BinaryPerformance.Of(outcomes, distinct, bins));
    }

    [Theory]
    [MemberData(nameof(Regression))]
    public void Regression_performance_is_scikit_learns(string name)
    {
        var golden = Find("regression", name);
        var (scores, labels) = (Numbers(golden, "scores"), Numbers(golden, "labels"));
        var outcomes = new RegressionOutcomes();
        for (var i = 0; i < scores.Length; i++) outcomes.Add(scores[i], labels[i]);
        Compare(golden, RegressionPerformance.Of(outcomes));
    }

    [Theory]
    [MemberData(nameof(Drifts))]
    public void Drift_is_what_scipy_says_or_lies_within_the_stated_bound(string name)
    {
        var golden = Find("drift", name);
        var reference = Numbers(golden, "reference");
        var shape = Make.Shape(reference);
        var values = Drift.OfNumeric(Make.Sketch(Numbers(golden, "production"), shape), shape, Make.Reference(reference, shape));
        Compare(golden, values);
        foreach (var exact in golden.GetProperty("exact").EnumerateObject())
        {
            var (value, bound) = (values[exact.Name].Value!.Value, values[exact.Name].ErrorBound!.Value);
            Assert.True(Math.Abs(value - exact.Value.GetDouble()) <= bound + 1e-12, $"{exact.Name} {value} ± {bound} against {exact.Value}");
        }
    }

    private static void Compare(JsonElement golden, IReadOnlyDictionary<string, MetricValue> values)
    {
        foreach (var expected in golden.GetProperty("values").EnumerateObject())
        {
            var value = values[expected.Name].Value;
            Assert.True(value is { } known && Near(known, expected.Value.GetDouble()), $"{expected.Name} is {value}, not {expected.Value}");
        }

        if (!golden.TryGetProperty("intervals", out var intervals)) return;
        foreach (var expected in intervals.EnumerateObject())
        {
            var (lower, upper) = (values[expected.Name].Lower, values[expected.Name].Upper);
            Assert.True(lower is { } low && upper is { } high && Near(low, expected.Value[0].GetDouble()) && Near(high, expected.Value[1].GetDouble()), $"{expected.Name} from {lower} to {upper}, not {expected.Value}");
        }
    }

    private static bool Near(double value, double expected) => Math.Abs(value - expected) <= 1e-9 * Math.Max(1, Math.Abs(expected));

    private static TheoryData<string> Names(string kind) => [.. s_file.RootElement.GetProperty(kind).EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    private static JsonElement Find(string kind, string name) => s_file.RootElement.GetProperty(kind).EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

    /// <summary>JSON has neither NaN (null here) nor infinities.</summary>
    private static double[] Numbers(JsonElement golden, string name) => [.. golden.GetProperty(name).EnumerateArray().Select(v => v.ValueKind switch
    {
        JsonValueKind.Null => double.NaN,
        JsonValueKind.String => v.GetString() == "inf" ? double.PositiveInfinity : double.NegativeInfinity,
        _ => v.GetDouble(),
    })];
}
