using Microsoft.Extensions.Time.Testing;
using ModelMonitor.Engine.Tests.Flow;
using ModelMonitor.Host.Export;
using static ModelMonitor.Host.Tests.Export.Sample;

namespace ModelMonitor.Host.Tests.Export;

public sealed class PrometheusTelemetryTests : IDisposable
{
    private readonly MetricsRegistry _registry = new();
    private readonly PrometheusTelemetry _telemetry;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 12, 0, 30, TimeSpan.Zero));

    public PrometheusTelemetryTests() => _telemetry = new(_registry, Options, _clock);

    public void Dispose() => _registry.Dispose();

    [Theory]
    [InlineData("rows_received_total{model=\"flights\",stream=\"labels\"}")]
    [InlineData("rows_rejected_total{model=\"flights\",stream=\"predictions\",reason=\"too_old\"}")]
    [InlineData("labels_total{model=\"flights\",outcome=\"expired\"}")]
    [InlineData("evaluations_skipped_total{model=\"flights\",window=\"hour\",reason=\"no_rows\"}")]
    [InlineData("evaluations_skipped_total{model=\"flights\",window=\"hour\",reason=\"error\"}")]
    [InlineData("evaluations_skipped_total{model=\"flights\",window=\"hour\",reason=\"one_class_only\"}")]
    [InlineData("retrain_requests_total{model=\"flights\",rule=\"decay\",action=\"retrain\",outcome=\"delivered\"}")]
    [InlineData("retrain_requests_total{model=\"flights\",rule=\"by hand\",action=\"retrain\",outcome=\"failed\"}")]
    [InlineData("outbox_pending{model=\"flights\",action=\"retrain\"}")]
    [InlineData("outbox_retrying{model=\"flights\",action=\"retrain\"}")]
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
    public async Task An_evaluation_is_due_by_its_schedule_and_stays_due_where_it_fails()
    {
        _telemetry.ModelDeclared(Model, "v1", "champion", "cpu", "ab");
        await IsDueAsync(12, 5);
        _clock.SetUtcNow(_clock.GetUtcNow().AddHours(1));
        _telemetry.EvaluationSkipped(Model, "day", "error");
        await IsDueAsync(12, 5);
        _telemetry.EvaluationSkipped(Model, "day", "learning");
        await IsDueAsync(13, 5);
        _clock.SetUtcNow(_clock.GetUtcNow().AddMinutes(5));
        _telemetry.EvaluationSucceeded(Model, "day", _clock.GetUtcNow());
        await IsDueAsync(13, 10);

        async Task IsDueAsync(int hour, int minute) => Assert.Equal(
            new DateTimeOffset(2026, 3, 2, hour, minute, 0, TimeSpan.Zero).ToUnixTimeSeconds(),
            (await _registry.ScrapeAsync())["modelmonitor_evaluation_due_timestamp_seconds{model=\"flights\",window=\"day\"}"]);
    }

    [Theory]
    [InlineData("cuda", 0)]
    [InlineData("cpu", 1)]
    [InlineData("none", 0)]
    public async Task A_champion_falls_back_where_it_scores_on_another_device_than_the_first(string device, double expected)
    {
        _telemetry.ModelDeclared(Model, "v1", "champion", device, "ab");
        _telemetry.ModelDeclared(Model, "v2", "challenger", device == "cpu" ? "cuda" : "cpu", "cd");
        Assert.Equal(expected, (await _registry.ScrapeAsync())["modelmonitor_device_fallback{model=\"flights\"}"]);
    }

    [Fact]
    public async Task A_version_tells_what_it_was_on_its_reference_until_it_retires_and_what_it_must_reach()
    {
        var baseline = Given.Model.Baseline;
        _telemetry.ModelDeclared(Model, "v1", "champion", "cpu", "ab");
        _telemetry.ModelDeclared(baseline.Model, baseline.Version, "champion", "cpu", "ab");
        _telemetry.Reference(baseline);
        _telemetry.Reference(baseline);
        var series = await _registry.ScrapeAsync();
        Assert.Equal(0.7, series["modelmonitor_target{model=\"flights\",metric=\"roc_auc\"}"]);
        Assert.Equal(baseline.Train.Performance["roc_auc"].Value, series["modelmonitor_reference{model=\"m\",version=\"1\",metric=\"roc_auc\",data=\"train\"}"]);
        Assert.Equal(baseline.Holdout!.Performance["roc_auc"].Value, series["modelmonitor_reference{model=\"m\",version=\"1\",metric=\"roc_auc\",data=\"holdout\"}"]);
        _telemetry.ModelDeclared(baseline.Model, baseline.Version, "retired", "cpu", "ab");
        Assert.DoesNotContain((await _registry.ScrapeAsync()).Keys, k => k.StartsWith("modelmonitor_reference{", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_waits_in_the_outbox_and_which_state_it_is_are_told()
    {
        _telemetry.Outbox(Model, "retrain", pending: 3, retrying: 1);
        _telemetry.State("00ff");
        var series = await _registry.ScrapeAsync();
        Assert.Equal(3, series["modelmonitor_outbox_pending{model=\"flights\",action=\"retrain\"}"]);
        Assert.Equal(1, series["modelmonitor_outbox_retrying{model=\"flights\",action=\"retrain\"}"]);
        Assert.Equal(1, series["modelmonitor_state_info{state=\"00ff\"}"]);
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
