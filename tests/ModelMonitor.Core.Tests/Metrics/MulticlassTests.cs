using System.Text.Json;
using CsCheck;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

/// <summary>Multiclass performance as scikit-learn computes it (tests/golden/multiclass.py), and its state.</summary>
public sealed class MulticlassTests
{
    private static readonly JsonDocument s_file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "multiclass.json")));
    private static readonly ScoreBins s_bins = new(0, 1, [], 0.5);

    private static readonly BaselineShape s_shape = new()
    {
        Task = TaskKind.Multiclass,
        Features = [],
        Score = new(new BinEdges([0.5, 1.5]), [0, 1], 0, 2, 1),
        ScoreBins = s_bins,
        Classes = ["a", "b", "c"],
    };

    private static readonly Gen<(double[] Probabilities, int Label)[]> s_rows =
        Gen.Select(Gen.Double[0, 1].Array[3], Gen.Int[0, 2]).Array[1, 40].Select(rows => rows.Select(r => (Normal(r.Item1), r.Item2)).ToArray());

    public static TheoryData<string> Cases => [.. s_file.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Performance_is_scikit_learns(string name)
    {
        var golden = s_file.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var classes = golden.GetProperty("classes").EnumerateArray().Select(c => c.GetString()!).ToList();
        var outcomes = new MulticlassOutcomes(classes.Count, s_bins);
        foreach (var (row, label) in golden.GetProperty("probabilities").EnumerateArray().Zip(golden.GetProperty("labels").EnumerateArray()))
            outcomes.Add(row.Deserialize<double[]>()!, classes.IndexOf(label.GetString()!));
        var values = MulticlassPerformance.Of(outcomes);
        Assert.Equal(MulticlassPerformance.Keys, values.Keys);
        foreach (var expected in golden.GetProperty("values").EnumerateObject()) Assert.Equal(expected.Value.GetDouble(), values[expected.Name].Value!.Value, 1e-9);
        foreach (var expected in golden.GetProperty("intervals").EnumerateObject())
        {
            Assert.Equal(expected.Value[0].GetDouble(), values[expected.Name].Lower!.Value, 1e-9);
            Assert.Equal(expected.Value[1].GetDouble(), values[expected.Name].Upper!.Value, 1e-9);
        }

        var classesOf = MulticlassPerformance.ByClass(outcomes).Where(c => c.Rows + c.Predicted > 0).ToArray();
        Assert.Equal(golden.GetProperty("values").GetProperty("f1_macro").GetDouble(), classesOf.Average(c => c.F1), 1e-9);
        Assert.Equal(golden.GetProperty("values").GetProperty("recall_macro").GetDouble(), classesOf.Average(c => c.Recall), 1e-9);
        if (name == "one only") Assert.Equal(MetricStatus.OneClassOnly, values["roc_auc_ovr_macro"].Status);
    }

    [Fact]
    public void The_binned_area_lies_within_its_error_bound() => s_rows.Sample(rows =>
    {
        var outcomes = Of(rows);
        var auc = MulticlassPerformance.Of(outcomes)["roc_auc_ovr_macro"];
        var exact = Enumerable.Range(0, 3).Select(k => Area(rows, k)).OfType<double>().ToArray();
        if (exact.Length == 0) Assert.Equal(MetricStatus.OneClassOnly, auc.Status);
        else Assert.InRange(Math.Abs(auc.Value!.Value - exact.Average()), 0, auc.ErrorBound!.Value + 1e-12);
    });

    [Fact]
    public void Panes_of_any_split_merge_to_the_same_bytes_and_take_corrections_back() => Gen.Select(s_rows, s_rows).Sample((some, others) =>
    {
        var (whole, first, second) = (Empty(), Empty(), Empty());
        foreach (var (p, label) in some.Concat(others)) whole.AddOutcome(0, p, label);
        foreach (var (p, label) in some) first.AddOutcome(0, p, (label + 1) % 3);
        foreach (var (p, label) in some)
        {
            second.AddOutcome(0, p, (label + 1) % 3, -1);
            second.AddOutcome(0, p, label);
        }

        foreach (var (p, label) in others) second.AddOutcome(0, p, label);
        var merged = PaneState.Read(second.WriteSums());
        merged.Merge(first);
        Assert.Equal(whole.WriteSums(), merged.WriteSums());
        Assert.Equal(whole.WriteSums(), PaneState.Read(whole.WriteSums()).WriteSums());
        Assert.True(merged.Outcomes!.TrySubtract(whole.Outcomes!));
        Assert.Equal(Empty().WriteSums(), merged.WriteSums());
    });

    [Fact]
    public void Rows_without_all_probabilities_or_with_an_unknown_class_are_not_counted()
    {
        var state = Empty();
        state.AddOutcome(1, [0.5, 0.5], 1);
        state.AddOutcome(1, [], 1);
        state.AddOutcome(1, 1);
        state.AddOutcome(1, [0.2, 0.3, 0.5], 3);
        state.AddOutcome(1, [0.2, 0.3, 0.5], -1);
        state.AddOutcome(1, [0.2, 0.3, 0.5], double.NaN);
        state.AddOutcome(1, [0.2, double.NaN, 0.5], 1);
        Assert.Equal(0, state.LabelledRows);
        Assert.Equal(MetricStatus.NoLabels, Performance.Of(state, s_shape)["accuracy"].Status);
    }

    [Fact]
    public void What_is_no_probability_has_no_log_loss_but_a_predicted_class()
    {
        var outcomes = Of([([2.0, -1.0, 0.5], 0), ([0.1, 0.8, 0.1], 1)]);
        Assert.Equal(MetricStatus.UndefinedOperand, MulticlassPerformance.Of(outcomes)["log_loss"].Status);
        Assert.Equal(1, MulticlassPerformance.Of(outcomes)["accuracy"].Value);
    }

    [Fact]
    public void The_first_of_equal_probabilities_is_predicted() =>
        Assert.Equal((1, 0, -1), (MulticlassOutcomes.Predicted([0.2, 0.4, 0.4]), MulticlassOutcomes.Predicted([0.5, 0.5]), MulticlassOutcomes.Predicted([0.5, double.NaN])));

    [Fact]
    public void Other_classes_are_another_shape()
    {
        Assert.NotEqual(BaselineHash.Of(s_shape), BaselineHash.Of(s_shape with { Classes = ["b", "a", "c"] }));
        Assert.Throws<ShapeMismatchException>(() => new MulticlassOutcomes(3, s_bins).Merge(new MulticlassOutcomes(4, s_bins)));
    }

    private static PaneState Empty() => PaneState.Empty("h", s_shape);

    private static double[] Normal(double[] values)
    {
        var sum = values.Sum();
        return sum > 0 ? [.. values.Select(v => v / sum)] : [1, 0, 0];
    }

    private static MulticlassOutcomes Of((double[] Probabilities, int Label)[] rows)
    {
        var outcomes = new MulticlassOutcomes(3, s_bins);
        foreach (var (p, label) in rows) outcomes.Add(p, label);
        return outcomes;
    }

    /// <summary>Every pair counted.</summary>
    private static double? Area((double[] Probabilities, int Label)[] rows, int k)
    {
        var pairs = from a in rows where a.Label == k from b in rows where b.Label != k select a.Probabilities[k].CompareTo(b.Probabilities[k]);
        return pairs.Any() ? pairs.Average(c => c > 0 ? 1 : c == 0 ? 0.5 : 0) : null;
    }
}
