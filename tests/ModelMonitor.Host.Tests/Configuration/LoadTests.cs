using ModelMonitor.Core;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;
using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class LoadTests
{
    [Theory]
    [InlineData(Samples.Flights, 1)]
    [InlineData(Samples.Birdstrikes, 1)]
    [InlineData(Samples.Chicago, 2)]
    [InlineData(Samples.EverySection, 1)]
    [InlineData(Samples.Least, 1)]
    public void The_real_cases_load_without_a_fault(string text, int models) => Assert.Equal(models, Options(text).Models.Count);

    [Fact]
    public void Every_value_of_the_file_arrives()
    {
        var options = Options(Samples.EverySection);
        Assert.Equal("127.0.0.1:9464", options.ListenHttp);
        Assert.Equal("0.0.0.0:9465", options.ListenMetrics);
        Assert.Equal("/etc/monitor/store", options.StateFolder);
        Assert.Equal([new("hour", TimeSpan.FromHours(1), "0 * * * * ?") { Looks = 6 }, new("day", TimeSpan.FromDays(1), "0 0/5 * * * ?") { Looks = 144 }], options.Windows);
        Assert.Equal(TimeSpan.FromMinutes(10), options.Pane);
        Assert.Equal(TimeSpan.FromMinutes(3), options.Lateness);
        Assert.Equal(
            new RetentionOptions
            {
                Panes = TimeSpan.FromDays(80),
                Evaluations = TimeSpan.FromDays(300),
                WaitingPredictions = TimeSpan.FromDays(42),
                DeliveryKeys = TimeSpan.FromDays(5),
                Captured = TimeSpan.FromDays(42),
            },
            options.Retention);
        Assert.Equal(
            new IngestOptions { MaxRequestBytes = 32L << 20, MaxDecodedBytes = 1L << 30, MaxQueuedRows = 5000, MaxFuture = TimeSpan.FromSeconds(90) },
            options.Ingest);
        Assert.Equal(["notify", "retrain"], options.Actions.Select(action => action.Name));
        Assert.Equal(TimeSpan.FromHours(24), options.Actions[1].Cooldown);
        Assert.Equal(new Uri("https://example.org/hooks/retrain"), options.Actions[1].Url);
    }

    [Fact]
    public void Every_value_of_a_model_arrives()
    {
        var model = Assert.Single(Options(Samples.EverySection).Models);
        Assert.Equal(("flights", "2001-01", TaskKind.Binary), (model.Name, model.Version, model.Task));
        Assert.Equal("/etc/monitor/model.onnx", model.Onnx);
        Assert.Equal(["cuda", "cpu"], model.Device.Select(device => device.Name));
        Assert.Equal(["hour", "day_of_week", "distance", "origin_late_rate"], Assert.Single(model.Inputs).Columns);
        Assert.Equal(("probabilities", new LabelValue("1")), (model.ScoreOutput, model.ScorePositive));
        Assert.Equal(0.3, model.Threshold);
        Assert.Equal(new ColumnNames { Id = "entity_id", Time = "ts", LabelTime = "label_ts" }, model.Columns);
        Assert.Equal(new LabelValue("late"), model.LabelPositive);
        Assert.Equal(["carrier"], model.Categorical);
        Assert.Equal(50, model.Categories);
        Assert.Equal(["note"], model.Ignore);
        Assert.Equal(new("/etc/monitor/reference_train.arrows", "/etc/monitor/reference_holdout.arrows"), model.Reference);
        Assert.Equal("/etc/monitor/base/line.json", model.Baseline);
        Assert.Equal([new("f1", 0.4), new("roc_auc", 0.7)], model.Targets);
        Assert.Equal(TimeSpan.FromDays(1), model.LabelDelay);
        Assert.Equal(0.1, model.JoinSample, 12);
        Assert.True(model.GateRefuses);
    }

    [Fact]
    public void Every_value_of_a_rule_arrives()
    {
        var rules = Options(Samples.EverySection).Rules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        Assert.Equal(["unstable", "shifted", "overfitting", "decay", "weak"], rules.Keys);
        var shifted = rules["shifted"];
        Assert.Equal(("psi", "inputs", 0.2, "day", 2, 1000L), (shifted.Metric, shifted.Feature, shifted.Above, shifted.Window, shifted.For, shifted.MinRows));
        Assert.Equal(["day_of_week"], shifted.Except);
        Assert.Equal(["notify"], shifted.Then);
        Assert.Equal(("decay", 0.05, 0.8), (rules["decay"].Finding, rules["decay"].Drop, rules["decay"].MinLabelShare));
        Assert.Equal(["notify"], rules["weak"].Then);
    }

    [Fact]
    public void What_is_left_out_has_the_documented_default()
    {
        var options = Options(Samples.Least);
        Assert.Equal("127.0.0.1:9464", options.ListenHttp);
        Assert.Null(options.ListenMetrics);
        Assert.Equal("/etc/monitor/state", options.StateFolder);
        Assert.Equal(["hour", "day"], options.Windows.Select(window => window.Name));
        Assert.Equal(TimeSpan.FromMinutes(5), options.Pane);
        Assert.Equal(new RetentionOptions(), options.Retention);
        Assert.Equal(new IngestOptions(), options.Ingest);
        var model = Assert.Single(options.Models);
        Assert.Equal(["cpu"], model.Device.Select(device => device.Name));
        Assert.Equal(new ColumnNames { Score = "p" }, model.Columns);
        Assert.Equal((new LabelValue("1"), new LabelValue("1")), (model.ScorePositive, model.LabelPositive));
        Assert.Equal((0.5, TimeSpan.Zero, 1.0, false), (model.Threshold, model.LabelDelay, model.JoinSample, model.GateRefuses));
        Assert.Equal("/etc/monitor/baseline.m.json", model.Baseline);
    }

    [Fact]
    public void A_column_that_is_null_is_one_that_the_data_do_not_have()
    {
        var columns = Options(Samples.Least.Replace("score: p", "score: p, id: null", StringComparison.Ordinal)).Models[0].Columns;
        Assert.Null(columns.Id);
        Assert.Equal("timestamp", columns.Time);
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("1.0", "1")]
    [InlineData("True", "true")]
    [InlineData("late", "late")]
    [InlineData("\"1\"", "1")]
    public void The_positive_label_defaults_to_the_positive_class(string written, string expected)
    {
        var model = Options(Samples.Least + $"\n    score: {{ positive: {written} }}").Models[0];
        Assert.Equal((new LabelValue(expected), new LabelValue(expected)), (model.ScorePositive, model.LabelPositive));
    }

    [Fact]
    public void A_regression_has_no_positive_class()
    {
        var model = Options(Samples.Chicago).Models[0];
        Assert.Null(model.ScorePositive);
        Assert.Null(model.LabelPositive);
    }

    [Theory]
    [InlineData("all", 1)]
    [InlineData("none", 0)]
    [InlineData("{ sample: 0.25 }", 0.25)]
    public void Predictions_wait_as_join_says(string join, double share) =>
        Assert.Equal(share, Options(Samples.Least + $"\n    join: {join}").Models[0].JoinSample);

    [Theory]
    [InlineData("0 * * * * ?", "1h", "5m", 12)]
    [InlineData("0 0/5 * * * ?", "1d", "1m", 288)]
    [InlineData("0 0/5 * * * ?", "1d", "1h", 24)]
    [InlineData("0 0 0 * * ?", "30d", "5m", 30)]
    [InlineData("0 0 0 1 1 ?", "7d", "5m", 1)]
    [InlineData("0/1 * * * * ?", "1m", "500ms", 60)]
    public void A_window_is_looked_at_once_for_each_pane_that_its_schedule_meets(string schedule, string size, string pane, int looks) =>
        Assert.Equal(looks, Looks.Of(schedule, ValueText.Duration(size)!.Value, ValueText.Duration(pane)!.Value));

    [Fact]
    public void Looks_of_a_long_window_follow_from_the_rate() =>
        Assert.InRange(Looks.Of("0 * * * * ?", TimeSpan.FromDays(3000), TimeSpan.FromMinutes(5)), 863_000, 865_000);
}
