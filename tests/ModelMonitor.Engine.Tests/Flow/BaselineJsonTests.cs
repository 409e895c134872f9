using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class BaselineJsonTests
{
    private static readonly Row Some = new("a", Given.Noon, 0.5, Label: 1);

    private static Baseline Of(ModelOptions options, params Row[] rows) =>
        BaselineBuilder.Build(options, null, _ => [Given.Batch(rows)], CancellationToken.None);

    private static void AssertRoundTrip(Baseline baseline)
    {
        var text = BaselineJson.Write(baseline);
        var read = BaselineJson.Read(text);
        Assert.Equal(text, BaselineJson.Write(read));
        Assert.Equal(baseline.Hash, read.Hash);
        Assert.Equal(baseline.Train.Performance, read.Train.Performance);
        Assert.Equal(baseline.Holdout?.Performance, read.Holdout?.Performance);
        Assert.Equivalent(baseline.Features, read.Features, strict: true);
        Assert.Equivalent(baseline.Score, read.Score, strict: true);
        Assert.Equal(baseline.Labels, read.Labels);
        Assert.Equivalent(baseline.Calibration, read.Calibration, strict: true);
    }

    [Fact]
    public void What_is_written_is_read_back_equal() => AssertRoundTrip(Given.Model.Baseline);

    [Fact]
    public void Weights_are_read_back_equal()
    {
        var baseline = Given.Model.Baseline with { Weights = new([new("fc.weight", 12, 3.5, 1.25, 0.75, 0.25), new("fc.bias", 2, 0, 0, 0, 1)], ["tree: no weights"]) };
        AssertRoundTrip(baseline);
        Assert.Equivalent(baseline.Weights, BaselineJson.Read(BaselineJson.Write(baseline)).Weights, strict: true);
    }

    [Fact]
    public void Without_a_hold_out_the_training_data_are_the_reference()
    {
        var baseline = Of(Given.Options with { Reference = new ReferenceFiles("train", null) }, Some, Some with { Score = 0.25, Label = 0 });
        Assert.Null(baseline.Holdout);
        Assert.Null(baseline.ScorePsiTrainToHoldout);
        Assert.Equal((2, 2), (baseline.ReferenceRows, baseline.Train.Rows));
        AssertRoundTrip(baseline);
    }

    [Fact]
    public void A_constant_column_keeps_one_edge_and_no_spread()
    {
        var baseline = Of(Given.Options, [.. Enumerable.Repeat(Some, 50)]);
        var x = Assert.IsType<NumericReference>(baseline.Features[0]);
        Assert.Equal((1.0, 1.0, 1.0, 0.0), (x.Minimum, x.Maximum, x.Mean, x.StandardDeviation));
        Assert.Equal([1.0], ((NumericFeatureShape)baseline.Shape.Features[0]).Shape.Edges.Values.ToArray());
        AssertRoundTrip(baseline);
    }

    [Fact]
    public async Task A_column_without_a_single_value_has_no_edges_and_can_still_be_counted()
    {
        var baseline = Of(Given.Options, [.. Enumerable.Repeat(Some with { X = null, Carrier = null }, 5)]);
        var x = Assert.IsType<NumericReference>(baseline.Features[0]);
        Assert.Equal((5, true, true), (x.Missing, double.IsNaN(x.Minimum), double.IsNaN(x.Mean)));
        Assert.Equal(5, baseline.Features[1].Missing);
        AssertRoundTrip(baseline);
        await using var monitor = new Running(new MonitoredModel(Given.Options, BaselineJson.Read(BaselineJson.Write(baseline)), null));
        await monitor.Predict(Some);
        Assert.Equal(1, (await monitor.Evaluate(Given.Noon, Given.Noon.AddHours(1))).Rows);
    }

    [Fact]
    public void Categories_beyond_a_hundred_pool_into_other_and_ties_are_ordered_by_code_point()
    {
        string[] names = [.. Enumerable.Range(0, 130).Select(i => $"{(char)('a' + (i % 2 == 0 ? 0 : -32))}{i:000}")];
        var baseline = Of(Given.Options, [.. names.Append("often").Append("often").Reverse().Select(name => Some with { Carrier = name })]);
        var shape = ((CategoryFeatureShape)baseline.Shape.Features[1]).Shape;
        Assert.Equal(["often", .. names.Order(StringComparer.Ordinal).Take(99)], shape.Names);
        Assert.Equal(31, shape.Pooled.Count);
        var counts = Assert.IsType<CategoryReference>(baseline.Features[1]);
        Assert.Equal((2, 31, 0, 130), (counts.Counts[0], counts.Counts[shape.Other], counts.Counts[shape.Unseen], counts.SeenOnce));
        Assert.Equal((shape.Other, shape.Unseen), (shape.BinOf(names.Max(StringComparer.Ordinal)!), shape.BinOf("never")));
        AssertRoundTrip(baseline);
    }

    [Theory]
    [InlineData("\"edges\": [0,", "\"edges\": [-1,")]
    [InlineData("\"threshold\": 0.5", "\"threshold\": 0.75")]
    [InlineData("\"task\": \"binary\"", "\"task\": \"regression\"")]
    [InlineData("\"b\":", "\"c\":")]
    [InlineData("\"fitted_rows\": 640", "\"fitted_rows\": 641")]
    [InlineData("\"missing\": 0", "\"missing\": 1")] // reference counts, which no shape holds
    public void What_was_changed_by_hand_is_refused_in_words_of_its_own(string original, string changed)
    {
        var text = BaselineJson.Write(Given.Model.Baseline).ReplaceLineEndings("\n");
        var edges = System.Text.RegularExpressions.Regex.Replace(text, @"\[\s+", "[");
        Assert.Contains(original, edges, StringComparison.Ordinal);
        var error = Assert.Throws<BaselineFormatException>(() => BaselineJson.Read(edges.Replace(original, changed, StringComparison.Ordinal)));
        Assert.StartsWith("its hash does not fit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_format_is_refused_as_such()
    {
        var text = BaselineJson.Write(Given.Model.Baseline).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal);
        Assert.StartsWith("it has format 2", Assert.Throws<BaselineFormatException>(() => BaselineJson.Read(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":1}")]
    public void What_is_no_baseline_is_refused(string text) => Assert.Throws<BaselineFormatException>(() => BaselineJson.Read(text));

    [Theory]
    [InlineData("\"model\"")]
    [InlineData("\"version\"")]
    public void A_baseline_without_its_name_is_refused(string key) => Assert.Throws<BaselineFormatException>(() =>
        BaselineJson.Read(BaselineJson.Write(Given.Model.Baseline).Replace(key, "\"something\"", StringComparison.Ordinal)));
}
