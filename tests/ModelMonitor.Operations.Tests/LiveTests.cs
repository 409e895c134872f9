using System.Net;
using System.Text.RegularExpressions;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Host.Export;
using ModelMonitor.Host.Tests.Export;

namespace ModelMonitor.Operations.Tests;

/// <summary>Dashboards and rules against a real Prometheus that scrapes a real monitor.</summary>
public sealed class LiveTests(LiveMonitor live) : IClassFixture<LiveMonitor>
{
    private static readonly IReadOnlyList<string> s_shown = [.. Dashboard.All.SelectMany(dashboard => dashboard.Expressions.Concat(dashboard.Annotations))];

    [Fact]
    public async Task Every_metric_that_is_named_is_exported()
    {
        var named = s_shown.Concat(Dashboard.All.SelectMany(dashboard => dashboard.VariableQueries)).Concat(Rule.All.Select(rule => rule.Expression)).SelectMany(PromQl.MetricsOf).Distinct().ToList();
        Assert.True(named.Count > 80);
        var notYet = (await NotYetAsync()).ToHashSet();
        var exported = (await live.ExportedAsync([.. named.Concat(Expected.WithoutData.Keys).Except(notYet)])).Concat(notYet).ToHashSet();
        Assert.Empty(named.Except(exported));
        Assert.Empty(Expected.WithoutData.Keys.Except(exported));
    }

    [Fact]
    public async Task Every_expression_of_every_panel_and_annotation_returns_data()
    {
        var missing = await live.WithoutDataAsync(s_shown.Select(Dashboard.Filled).Where(e => !IsExcused(e)));
        Assert.True(missing.Count == 0, string.Join("\n\n", missing));
        // Those that have nothing to show are valid all the same.
        foreach (var expression in s_shown.Select(Dashboard.Filled).Where(IsExcused)) await live.HasDataAsync(expression);
    }

    [Fact]
    public async Task Every_recording_rule_records()
    {
        var missing = await live.WithoutDataAsync(Rule.Records.Select(rule => rule.Record!));
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public async Task Every_rule_is_evaluated_without_fault()
    {
        Assert.NotEmpty(await live.Prometheus.QueryAsync("champion:modelmonitor_finding:max"));
        var rules = (await live.Prometheus.AskAsync("rules"))!["data"]!["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray()).ToList();
        Assert.Equal(Rule.All.Count, rules.Count);
        Assert.All(rules, rule => Assert.True((string)rule!["health"]! == "ok", $"{rule["name"]}: {rule["lastError"]}"));
    }

    [Fact]
    public async Task An_overfitted_model_a_receiver_that_is_down_and_a_device_that_is_not_there_raise_their_alerts()
    {
        foreach (var alert in (string[])["ModelMonitorOverfitting", "ModelMonitorOutboxStuck", "ModelMonitorCpuFallback"])
            Assert.NotEmpty(await live.Prometheus.QueryAsync($"ALERTS{{alertname=\"{alert}\"}}"));
        Assert.Empty((await live.Prometheus.AskAsync("query?query=" + Uri.EscapeDataString("ALERTS{alertname=~\"ModelMonitor(Down|NoData|StuckSchedule|EvaluationFails)\"}")))!["data"]!["result"]!.AsArray());
    }

    [Fact]
    public async Task Every_variable_offers_something()
    {
        foreach (var query in Dashboard.All.SelectMany(dashboard => dashboard.VariableQueries).Distinct())
        {
            // label_values(series, label)
            var (series, label) = (query["label_values(".Length..query.LastIndexOf(',')], query[(query.LastIndexOf(',') + 1)..^1].Trim());
            Assert.Empty(await live.WithoutDataAsync([$"count by ({label}) ({Dashboard.Filled(series)[..^(series.EndsWith('}') ? 1 : 0)]}{(series.EndsWith('}') ? ", " : "{")}{label}!=\"\"}})"]));
        }
    }

    [Fact]
    public async Task Every_address_of_the_runbook_answers()
    {
        var paths = Regex.Matches(File.ReadAllText(Files.Runbook), "\\$M/([^ \"`]+)").Select(m => m.Groups[1].Value.Replace("$MODEL", "flights", StringComparison.Ordinal)).Distinct().ToList();
        Assert.True(paths.Count > 5);
        foreach (var path in paths) Assert.Equal((path, HttpStatusCode.OK), (path, await live.GetAsync(path)));
    }

    private static bool IsExcused(string expression) => PromQl.MetricsOf(expression).Any(metric => Expected.WithoutData.Keys.Any(excused => metric.StartsWith(excused, StringComparison.Ordinal)));

    /// <summary>What the exporter makes of a trend and of a challenger that waits, which a monitor that has just started has none of.</summary>
    private static async Task<IEnumerable<string>> NotYetAsync()
    {
        using var registry = new MetricsRegistry();
        var value = MetricValue.Of(0.5) with { Lower = 0.4, Upper = 0.6 };
        await new PrometheusSink(registry, windows: 1).PublishAsync(Sample.Evaluation() with { Decay = new DecayTrend("roc_auc", 5, value, value) });
        new PrometheusTelemetry(registry, Sample.Options, TimeProvider.System).Challengers(Sample.Model, new Dictionary<string, (int Count, DateTimeOffset Since)> { ["ready"] = (1, DateTimeOffset.UnixEpoch) });
        return Exposition.Names(await registry.TextAsync());
    }
}
