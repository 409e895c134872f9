using ModelMonitor.Host.Export;
using static ModelMonitor.Host.Tests.Export.Sample;

namespace ModelMonitor.Host.Tests.Export;

public sealed class PrometheusTelemetryTests : IDisposable
{
    private readonly MetricsRegistry _registry = new();
    private readonly PrometheusTelemetry _telemetry;

    public PrometheusTelemetryTests() => _telemetry = new(_registry, Options);

    public void Dispose() => _registry.Dispose();

    [Theory]
    [InlineData("rows_received_total{model=\"flights\",stream=\"labels\"}")]
    [InlineData("rows_rejected_total{model=\"flights\",stream=\"predictions\",reason=\"too_old\"}")]
    [InlineData("labels_total{model=\"flights\",outcome=\"expired\"}")]
    [InlineData("evaluations_skipped_total{model=\"flights\",window=\"hour\",reason=\"no_rows\"}")]
    [InlineData("evaluations_skipped_total{model=\"flights\",window=\"hour\",reason=\"error\"}")]
    [InlineData("evaluations_skipped_total{model=\"flights\",window=\"hour\",reason=\"one_class_only\"}")]
    [InlineData("retrain_requests_total{model=\"flights\",rule=\"decay\",action=\"retrain\",outcome=\"delivered\"}")]
    [InlineData("evaluation_last_success_timestamp_seconds{model=\"flights\",window=\"day\"}")]
    [InlineData("promotions_total{model=\"flights\",outcome=\"rolled_back\"}")]
    [InlineData("challengers{model=\"flights\",stage=\"holdout_passed\"}")]
    [InlineData("label_delay_seconds_count{model=\"flights\"}")]
    [InlineData("score_duration_seconds_count{model=\"flights\"}")]
    [InlineData("commit_duration_seconds_count")]
    [InlineData("queue_rows")]
    [InlineData("sink_failures_total{sink=\"prometheus\"}")]
    public async Task What_is_declared_starts_at_0(string series)
    {
        _telemetry.ModelDeclared(Model, "v1", "champion", "cpu", "ab");
        Assert.Equal(0, (await _registry.ScrapeAsync())["modelmonitor_" + series]);
    }

    [Fact]
    public async Task What_happens_is_counted_and_declaring_again_resets_nothing()
    {
        _telemetry.ModelDeclared(Model, "v1", "champion", "cpu", "ab");
        _telemetry.RowsReceived(Model, "predictions", 7);
        _telemetry.RowsReceived(Model, "predictions", -1);
        _telemetry.RowsRejected(Model, "predictions", "too_old", 2);
        _telemetry.Labels(Model, "joined", 3);
        _telemetry.LabelDelay(Model, TimeSpan.FromDays(2));
        _telemetry.EvaluationSkipped(Model, "day", "no_rows");
        _telemetry.EvaluationSucceeded(Model, "day", DateTimeOffset.UnixEpoch.AddSeconds(90));
        _telemetry.Action(Model, "decay", "retrain", "queued");
        _telemetry.QueueRows(12);
        _telemetry.SinkFailed("prometheus");
        _telemetry.ModelDeclared(Model, "v1", "champion", "cpu", "ab");
        var series = await _registry.ScrapeAsync();
        Assert.Equal(7, series["modelmonitor_rows_received_total{model=\"flights\",stream=\"predictions\"}"]);
        Assert.Equal(2, series["modelmonitor_rows_rejected_total{model=\"flights\",stream=\"predictions\",reason=\"too_old\"}"]);
        Assert.Equal(3, series["modelmonitor_labels_total{model=\"flights\",outcome=\"joined\"}"]);
        Assert.Equal(0, series["modelmonitor_label_delay_seconds_bucket{model=\"flights\",le=\"86400\"}"]);
        Assert.Equal(1, series["modelmonitor_label_delay_seconds_bucket{model=\"flights\",le=\"259200\"}"]);
        Assert.Equal(1, series["modelmonitor_evaluations_skipped_total{model=\"flights\",window=\"day\",reason=\"no_rows\"}"]);
        Assert.Equal(90, series["modelmonitor_evaluation_last_success_timestamp_seconds{model=\"flights\",window=\"day\"}"]);
        Assert.Equal(1, series["modelmonitor_retrain_requests_total{model=\"flights\",rule=\"decay\",action=\"retrain\",outcome=\"queued\"}"]);
        Assert.Equal(12, series["modelmonitor_queue_rows"]);
        Assert.Equal(1, series["modelmonitor_sink_failures_total{sink=\"prometheus\"}"]);
    }

    [Fact]
    public async Task A_new_champion_takes_the_place_of_the_old_one_and_a_challenger_stands_beside_it()
    {
        _telemetry.ModelDeclared(Model, "v1", "champion", "cpu", "ab");
        _telemetry.ModelDeclared(Model, "v2", "challenger", "cpu", "cd");
        Assert.Equal(["v1/champion", "v2/challenger"], await VersionsAsync());
        _telemetry.ModelDeclared(Model, "v2", "champion", "cpu", "cd");
        Assert.Equal(["v2/champion"], await VersionsAsync());
    }

    [Fact]
    public async Task Versions_on_their_way_are_counted_by_stage_and_since_when_only_while_there_is_one()
    {
        const string Since = "modelmonitor_challenger_stage_since_timestamp_seconds{model=\"flights\",stage=\"ready\"}";
        _telemetry.ModelDeclared(Model, "v1", "champion", "cpu", "ab");
        _telemetry.Challengers(Model, new Dictionary<string, (int Count, DateTimeOffset Since)> { ["ready"] = (2, DateTimeOffset.UnixEpoch.AddSeconds(50)) });
        var series = await _registry.ScrapeAsync();
        Assert.Equal((2, 50, 0), (series["modelmonitor_challengers{model=\"flights\",stage=\"ready\"}"], series[Since], series["modelmonitor_challengers{model=\"flights\",stage=\"received\"}"]));
        _telemetry.Challengers(Model, new Dictionary<string, (int Count, DateTimeOffset Since)>());
        series = await _registry.ScrapeAsync();
        Assert.Equal(0, series["modelmonitor_challengers{model=\"flights\",stage=\"ready\"}"]);
        Assert.False(series.ContainsKey(Since));
        _telemetry.Promotion(Model, "promoted");
        Assert.Equal(1, (await _registry.ScrapeAsync())["modelmonitor_promotions_total{model=\"flights\",outcome=\"promoted\"}"]);
    }

    [Fact]
    public async Task Weight_norms_are_replaced_and_leave_room_for_values()
    {
        _telemetry.WeightNorms(Model, "v1", [("w", "l2", 1.5), ("b", "l2", double.NaN)]);
        Assert.Equal(1.5, (await _registry.ScrapeAsync())["modelmonitor_model_weight_norm{model=\"flights\",version=\"v1\",tensor=\"w\",norm=\"l2\"}"]);
        _telemetry.WeightNorms(Model, "v1", Enumerable.Range(0, 5000).Select(i => ($"t{i}", "l2", 1.0)));
        var count = (await _registry.ScrapeAsync()).Keys.Count(k => k.StartsWith("modelmonitor_model_weight_norm", StringComparison.Ordinal));
        Assert.InRange(count, 1, 600);
    }

    private async Task<string[]> VersionsAsync() =>
        [.. (await _registry.ScrapeAsync()).Keys.Where(k => k.StartsWith("modelmonitor_model_info{", StringComparison.Ordinal))
            .Select(k => k.Split('"')).Select(p => $"{p[3]}/{p[5]}").Order(StringComparer.Ordinal)];
}
