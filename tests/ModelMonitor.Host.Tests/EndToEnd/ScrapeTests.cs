using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Host.Tests.EndToEnd;

public sealed class ScrapeTests
{
    [Fact]
    public async Task A_real_Prometheus_scrapes_a_running_monitor_and_answers_for_the_PSI_of_a_feature()
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, "prometheus is not installed: apt-get install prometheus");
        using var data = new Case("flights");
        await using var monitor = await RunningMonitor.StartAsync(data.Configuration, new Dictionary<string, string>
        {
            ["MODELMONITOR__WINDOWS__DAY__SCHEDULE"] = "0/1 * * * * ?",
            ["MODELMONITOR__PANE"] = "1m",
            ["MODELMONITOR__LATENESS"] = "0s",
        });
        var batch = ArrowBatches.OpenFile(Path.Combine(data.Data, "production.arrows")).ReadAll().First();
        var recent = TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1);
        await new Request("flights", "predictions", "recent", Request.Bytes(At(batch, "ts", recent))).PostAsync(monitor.Client);

        await using var prometheus = PrometheusServer.Start(monitor.Addresses[1]);
        var series = await prometheus.QueryAsync("modelmonitor_feature_psi{window=\"day\"}");

        Assert.Equal(
            ["day_of_week", "destination_late_rate", "destination_recent_late", "distance", "hour", "origin_late_rate", "origin_recent_late"],
            series.Select(s => (string)s!["metric"]!["feature"]!).Order(StringComparer.Ordinal));
        Assert.Single(await prometheus.QueryAsync($"modelmonitor_window_rows{{window=\"day\"}} == {batch.Length}"));
        Assert.Single(await prometheus.QueryAsync($"modelmonitor_rows_received_total{{stream=\"predictions\"}} == {batch.Length}"));
    }

    [Fact]
    public async Task The_metrics_listener_serves_metrics_and_health_and_nothing_else()
    {
        using var data = new Case("chicago");
        await using var monitor = await RunningMonitor.StartAsync(data.Configuration);
        var metrics = monitor.Addresses[1];
        Assert.Contains("modelmonitor_model_info", await monitor.Client.GetStringAsync(new Uri(metrics, "metrics")), StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await monitor.Client.GetAsync(new Uri(metrics, "health/ready"))).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await monitor.Client.GetAsync(new Uri(metrics, "v1/models"))).StatusCode);
    }

    [Fact]
    public async Task A_state_keeps_its_name_over_a_restart_and_another_has_another()
    {
        using var data = new Case("chicago");
        using var other = new Case("chicago");
        var names = new List<string>();
        foreach (var configuration in (string[])[data.Configuration, data.Configuration, other.Configuration])
        {
            await using var monitor = await RunningMonitor.StartAsync(configuration);
            names.Add(Assert.Single((await monitor.Client.GetStringAsync("metrics")).Split('\n'), line => line.StartsWith("modelmonitor_state_info{", StringComparison.Ordinal)));
            await monitor.TerminateAsync();
        }

        Assert.Equal(names[0], names[1]);
        Assert.NotEqual(names[0], names[2]);
    }

    /// <summary>The same rows at another time.</summary>
    private static RecordBatch At(RecordBatch batch, string column, DateTimeOffset time)
    {
        var times = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC"));
        for (var i = 0; i < batch.Length; i++) times.Append(time);
        var index = batch.Schema.GetFieldIndex(column);
        var fields = batch.Schema.FieldsList.Select((f, i) => i == index ? new Field(f.Name, new TimestampType(TimeUnit.Microsecond, "UTC"), false) : f);
        var arrays = Enumerable.Range(0, batch.ColumnCount).Select(i => i == index ? times.Build() : batch.Column(i));
        return new RecordBatch(new Schema(fields, null), arrays, batch.Length);
    }
}
