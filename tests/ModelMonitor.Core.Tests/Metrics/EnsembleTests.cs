using System.Text.Json;
using CsCheck;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class EnsembleTests
{
    private const int Members = 4;

    private static readonly Gen<(double[] Scores, double Label)[]> s_rows =
        Gen.Select(Gen.Double[-1e3, 1e3].Array[Members], Gen.Double[-1e3, 1e3]).Array[1, 40];

    private static readonly JsonDocument s_golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "ensemble.json")));

    public static TheoryData<string> Cases => [.. s_golden.RootElement.EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    private static EnsembleOutcomes Of(params (double[] Scores, double Label)[] rows)
    {
        var outcomes = new EnsembleOutcomes(rows.Length == 0 ? Members : rows[0].Scores.Length);
        foreach (var (scores, label) in rows) outcomes.Add(scores, label);
        return outcomes;
    }

    private static byte[] Bytes(EnsembleOutcomes outcomes)
    {
        var writer = new StateWriter();
        outcomes.Write(writer);
        return writer.ToArray();
    }

    /// <summary>tests/golden/ensemble.py.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_and_errors_are_those_of_NumPy_and_SciPy(string name)
    {
        var golden = s_golden.RootElement.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var labels = golden.GetProperty("labels").EnumerateArray().Select(l => l.GetDouble()).ToArray();
        var values = EnsemblePerformance.Of(Of([.. golden.GetProperty("scores").EnumerateArray().Select((row, i) => (row.EnumerateArray().Select(s => s.GetDouble()).ToArray(), labels[i]))]));
        Assert.Equal(EnsemblePerformance.Keys, golden.GetProperty("metrics").EnumerateObject().Select(m => m.Name));
        foreach (var expected in golden.GetProperty("metrics").EnumerateObject())
        {
            Assert.Equal(expected.Value.GetProperty("value").GetDouble(), values[expected.Name].Value!.Value, 1e-9);
            Assert.Equal(expected.Value.GetProperty("standard_error").GetDouble(), values[expected.Name].StandardError!.Value, 1e-9);
            Assert.Equal(labels.Length, values[expected.Name].Rows);
        }
    }

    [Fact]
    public void The_mean_squared_error_of_the_members_is_bias_squared_plus_variance_to_rounding() => s_rows.Sample(rows =>
    {
        var values = EnsemblePerformance.Of(Of(rows));
        var (mse, sum) = (values["member_mse"].Value!.Value, values["bias_squared"].Value!.Value + values["variance"].Value!.Value);
        Assert.True(Math.Abs(mse - sum) <= 1e-12 * mse, $"{mse} is not {sum}");
        Assert.Equal(values["variance"].Value!.Value * Members / (Members - 1), values["variance_unbiased"].Value!.Value, 1e-9 * mse);
    });

    [Fact]
    public void Rows_in_any_order_and_split_give_equal_bytes_and_can_be_taken_back() => Gen.Select(s_rows, s_rows, Gen.Int[0, 1000]).Sample((kept, passing, seed) =>
    {
        var expected = Bytes(Of(kept));
        (double[], double)[] shuffled = [.. kept];
        new Random(seed).Shuffle(shuffled);
        var half = Of([.. shuffled.Take(kept.Length / 2), .. passing]);
        foreach (var (scores, label) in passing) half.Add(scores, label, -1);
        var rest = new EnsembleOutcomes(Members);
        foreach (var (scores, label) in shuffled.Skip(kept.Length / 2)) rest.Add(scores, label);
        if (kept.Length >= 2)
        {
            half.Merge(rest);
            Assert.Equal(expected, Bytes(half));
        }

        var reader = new StateReader(expected);
        Assert.Equal(expected, Bytes(EnsembleOutcomes.Read(ref reader)));
    });

    [Fact]
    public void A_row_that_a_member_did_not_score_or_that_has_no_label_is_left_out()
    {
        var outcomes = Of(([1, 2], 3));
        outcomes.Add([1, double.NaN], 3);
        outcomes.Add([1, double.PositiveInfinity], 3);
        outcomes.Add([1, 2], double.NaN);
        outcomes.Add([1, 2, 3], 3);
        outcomes.Add([], 3);
        Assert.Equal(1, outcomes.Rows);
        Assert.Equal(2.25, EnsemblePerformance.Of(outcomes)["bias_squared"].Value);
    }

    [Fact]
    public void Without_a_label_nothing_is_defined() =>
        Assert.All(EnsemblePerformance.Of(new(2)).Values, value => Assert.Equal((null, MetricStatus.NoLabels), (value.Value, value.Status)));

    [Fact]
    public void It_lies_in_the_state_and_another_ensemble_is_another_shape()
    {
        var shape = new BaselineShape { Task = TaskKind.Regression, Features = [], Score = new(new BinEdges([0]), [], -1, 1, 0), Ensemble = ["a", "b"] };
        var hash = BaselineHash.Of(shape);
        Assert.NotEqual(hash, BaselineHash.Of(shape with { Ensemble = ["b", "a"] }));
        Assert.NotEqual(hash, BaselineHash.Of(shape with { Ensemble = [] }));
        Assert.Empty(shape.OfSegment().Ensemble);
        var state = PaneState.Empty(hash, shape);
        state.AddOutcome(1, 2);
        state.Ensemble!.Add([1, 2], 2);
        var read = PaneState.Read(state.WriteSums());
        read.Merge(state);
        Assert.Equal((2, 2), (read.Ensemble!.Rows, read.Ensemble.Members));
        Assert.Equal(RegressionPerformance.Keys.Concat(EnsemblePerformance.Keys), Performance.Of(read, shape).Keys);
        Assert.Throws<ShapeMismatchException>(() => read.Merge(PaneState.Empty(hash, shape with { Ensemble = ["a", "b", "c"] })));
    }
}
