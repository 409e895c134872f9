using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Host.Export;
using static ModelMonitor.Host.Tests.Export.Sample;

namespace ModelMonitor.Host.Tests.Export;

public sealed class PrometheusSinkTests : IDisposable
{
    private readonly MetricsRegistry _registry = new();

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task A_value_is_published_with_its_interval_and_bound()
    {
        await Sink().PublishAsync(Evaluation());
        var series = await _registry.ScrapeAsync();
        Assert.Equal(0.75, series[Name("roc_auc")]);
        Assert.Equal(0.72, series[Name("roc_auc_lower")]);
        Assert.Equal(0.78, series[Name("roc_auc_upper")]);
        Assert.Equal(0, series[Name("roc_auc_error_bound")]);
        Assert.Equal(0.01, series[Name("score_psi")]);
        Assert.Equal(0.006, series[Name("score_psi_noise_floor")]);
        Assert.DoesNotContain(series.Keys, k => k.StartsWith("modelmonitor_score_mean", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_without_a_number_is_withdrawn_and_may_come_back()
    {
        var sink = Sink();
        await sink.PublishAsync(Evaluation());
        await sink.PublishAsync(Evaluation(end: 2) with { Performance = Values(("roc_auc", MetricValue.Undefined(MetricStatus.OneClassOnly))) });
        Assert.DoesNotContain("modelmonitor_roc_auc{", await _registry.TextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("modelmonitor_roc_auc_lower{", await _registry.TextAsync(), StringComparison.Ordinal);
        await sink.PublishAsync(Evaluation(end: 3));
        Assert.Equal(0.75, (await _registry.ScrapeAsync())[Name("roc_auc")]);
    }

    [Fact]
    public async Task A_value_that_is_not_in_the_next_evaluation_is_withdrawn()
    {
        var sink = Sink();
        await sink.PublishAsync(Evaluation());
        await sink.PublishAsync(Evaluation() with { Performance = Nothing, Drift = new(Nothing, Nothing, []) });
        var series = await _registry.ScrapeAsync();
        Assert.DoesNotContain(Name("roc_auc"), series.Keys);
        Assert.DoesNotContain(Name("score_psi"), series.Keys);
    }

    [Fact]
    public async Task Estimates_have_names_of_their_own_and_go_when_they_are_withheld()
    {
        var sink = Sink();
        var estimated = Evaluation() with
        {
            Estimated = Values(("roc_auc", MetricValue.Of(0.74) with { Lower = 0.7, Upper = 0.78, ErrorBound = 0.001 })),
            EstimatedErrors = Values(("roc_auc", MetricValue.Of(-0.01) with { Lower = -0.05, Upper = 0.03 })),
        };
        await sink.PublishAsync(estimated);
        var series = await _registry.ScrapeAsync();
        Assert.Equal(0.75, series[Name("roc_auc")]);
        Assert.Equal(0.74, series[Name("estimated_roc_auc")]);
        Assert.Equal(0.7, series[Name("estimated_roc_auc_lower")]);
        Assert.Equal(0.001, series[Name("estimated_roc_auc_error_bound")]);
        Assert.Equal(-0.01, series[Name("estimated_roc_auc_error")]);
        Assert.DoesNotContain(series.Keys, k => k.StartsWith("modelmonitor_estimated_roc_auc_error_lower", StringComparison.Ordinal));
        await sink.PublishAsync(estimated with { Estimated = Values(("roc_auc", MetricValue.Undefined(MetricStatus.CalibrationLost))) });
        series = await _registry.ScrapeAsync();
        Assert.DoesNotContain(Name("estimated_roc_auc"), series.Keys);
        Assert.DoesNotContain(Name("estimated_roc_auc_lower"), series.Keys);
        Assert.Equal(-0.01, series[Name("estimated_roc_auc_error")]);
    }

    [Fact]
    public async Task An_empty_window_still_tells_its_rows_and_its_end()
    {
        await Sink().PublishAsync(Evaluation(end: 7_500_000) with { Rows = 0, Labelled = 0, PerformanceRows = 0, PerformanceLabelled = 0, Performance = Nothing });
        var series = await _registry.ScrapeAsync();
        Assert.Equal(0, series[Name("window_rows")]);
        Assert.Equal(0, series[Name("window_labelled_rows")]);
        Assert.Equal(0, series[Name("performance_window_rows")]);
        Assert.Equal(0, series[Name("performance_window_labelled_rows")]);
        Assert.Equal(7.5, series[Name("window_end_timestamp_seconds")]);
    }

    [Fact]
    public async Task A_new_version_ends_the_series_of_the_old_one_in_its_window_and_in_no_other()
    {
        var sink = Sink();
        await sink.PublishAsync(Evaluation());
        await sink.PublishAsync(Evaluation(segment: "carrier=AA"));
        await sink.PublishAsync(Evaluation(window: "hour"));
        await sink.PublishAsync(Evaluation(version: "v2"));
        var series = await _registry.ScrapeAsync();
        Assert.Contains(Name("roc_auc", version: "v2"), series.Keys);
        Assert.Contains(Name("roc_auc", window: "hour"), series.Keys);
        Assert.DoesNotContain(series.Keys, k => k.Contains("version=\"v1\",window=\"day\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_segment_that_missed_a_round_is_withdrawn()
    {
        var sink = Sink();
        await sink.PublishAsync(Evaluation(segment: "carrier=AA", end: 1));
        foreach (var end in new[] { 1, 2, 3 })
        {
            await sink.PublishAsync(Evaluation(end: end));
            await sink.PublishAsync(Evaluation(segment: "carrier=UA", end: end));
        }

        var series = await _registry.ScrapeAsync();
        Assert.DoesNotContain(Name("window_rows", segment: "carrier=AA"), series.Keys);
        Assert.Contains(Name("window_rows", segment: "carrier=UA"), series.Keys);
    }

    [Fact]
    public async Task A_feature_shows_four_values_unless_told_otherwise()
    {
        await Sink().PublishAsync(WithFeatures(1));
        var series = await _registry.ScrapeAsync();
        Assert.Equal(0.1, series[Name("feature_psi", "feature=\"f0\"")]);
        Assert.Equal(4, series.Keys.Count(k => k.Contains("feature=\"f0\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Features_beyond_the_room_are_one_other_with_their_maximum_and_stay_so()
    {
        using var registry = new MetricsRegistry(seriesPerModel: 200);
        var sink = new PrometheusSink(registry, windows: 2); // 2/5 of 200 over 2 windows and 4 keys: 10 label values
        await sink.PublishAsync(WithFeatures(30));
        var first = await registry.ScrapeAsync();
        Assert.Equal(9 + 1, first.Keys.Count(k => k.StartsWith("modelmonitor_feature_psi{", StringComparison.Ordinal)));
        Assert.Equal(3.0, first[Name("feature_psi", "feature=\"other\"")]);

        var reversed = WithFeatures(30);
        reversed = reversed with { Drift = reversed.Drift with { Features = [.. reversed.Drift.Features.Reverse()] } };
        await sink.PublishAsync(reversed);
        Assert.Equal(first.Keys.Order(), (await registry.ScrapeAsync()).Keys.Order());
    }

    [Fact]
    public async Task The_most_important_features_have_series_of_their_own()
    {
        using var registry = new MetricsRegistry(seriesPerModel: 200);
        var sink = new PrometheusSink(registry, windows: 2);
        var importance = new PermutationImportance("roc_auc", 0.8, 100, 3, [.. Enumerable.Range(0, 9).Select(i => new FeatureImportance($"f{29 - i}", 0.1, 0))]);
        await sink.PublishAsync(WithFeatures(30) with { Importance = importance });
        var series = await registry.ScrapeAsync();
        for (var i = 21; i < 30; i++) Assert.Contains(Name("feature_psi", $"feature=\"f{i}\""), series.Keys);
        Assert.Equal(2.1, series[Name("feature_psi", "feature=\"other\"")], 9);
    }

    [Fact]
    public async Task The_days_to_the_target_go_when_nothing_can_be_said_any_more()
    {
        using var registry = new MetricsRegistry();
        var sink = new PrometheusSink(registry, windows: 1);
        var trend = new DecayTrend("roc_auc", 5, MetricValue.Of(-0.01) with { Lower = -0.02, Upper = -0.005 }, MetricValue.Of(12) with { Lower = 8, Upper = 20 });
        await sink.PublishAsync(Evaluation() with { Decay = trend });
        var series = await registry.ScrapeAsync();
        Assert.Equal((12, 8, 20), (series[Name("days_to_target")], series[Name("days_to_target_lower")], series[Name("days_to_target_upper")]));
        Assert.Equal(-0.01, series[Name("decay_slope_per_day", "metric=\"roc_auc\"")]);
        await sink.PublishAsync(Evaluation() with { Decay = trend with { DaysToTarget = null } });
        Assert.DoesNotContain((await registry.ScrapeAsync()).Keys, k => k.Contains("days_to_target", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_model_has_more_series_than_its_limit_and_what_is_left_out_is_counted()
    {
        const int Limit = 330;
        using var registry = new MetricsRegistry(seriesPerModel: Limit);
        var telemetry = new PrometheusTelemetry(registry, Options, TimeProvider.System);
        telemetry.ModelDeclared(Model, "v1", "champion", "cpu", "ab");
        var sink = new PrometheusSink(registry, windows: 2);
        foreach (var window in new[] { "hour", "day" })
        {
            for (var s = 0; s < 50; s++) await sink.PublishAsync(Evaluation(window: window, segment: $"carrier={s}"));
            await sink.PublishAsync(WithFeatures(200) with { Window = window });
        }

        var series = await registry.ScrapeAsync();
        Assert.InRange(series.Keys.Count(k => k.Contains($"model=\"{Model}\"", StringComparison.Ordinal)), 200, Limit);
        Assert.True(series[$"modelmonitor_series_withheld{{model=\"{Model}\"}}"] > 0);
        // Segments came first and many, and yet the whole has what is promised.
        foreach (var window in new[] { "hour", "day" })
        {
            Assert.Contains(Name("window_rows", window: window), series.Keys);
            Assert.Contains(Name("roc_auc_upper", window: window), series.Keys);
            Assert.Contains(Name("feature_psi", "feature=\"other\"", window: window), series.Keys);
        }

        // And it stays so: the next round neither adds nor removes a series of the whole.
        for (var s = 0; s < 50; s++) await sink.PublishAsync(Evaluation(window: "day", segment: $"carrier={s}"));
        await sink.PublishAsync(WithFeatures(200));
        Assert.Equal(Whole(series), Whole(await registry.ScrapeAsync()));

        static IEnumerable<string> Whole(Dictionary<string, double> series) => series.Keys.Where(k => k.Contains("segment=\"\"", StringComparison.Ordinal)).Order();
    }

    [Fact]
    public async Task Room_given_back_by_an_old_version_serves_the_next()
    {
        using var registry = new MetricsRegistry(seriesPerModel: 60);
        var sink = new PrometheusSink(registry, windows: 1);
        for (var version = 0; version < 20; version++) await sink.PublishAsync(Evaluation(version: $"v{version}"));
        Assert.Equal(0, (await registry.ScrapeAsync())[$"modelmonitor_series_withheld{{model=\"{Model}\"}}"]);
    }

    [Fact]
    public async Task Every_known_kind_of_finding_is_1_or_0()
    {
        var sink = Sink();
        await sink.PublishAsync(Evaluation() with { Findings = [new("decay", "roc_auc", "day", 0.1, 0.05, "It decays.")] });
        var series = await _registry.ScrapeAsync();
        Assert.Equal(1, series[Name("finding", "kind=\"decay\"")]);
        Assert.Equal(0, series[Name("finding", "kind=\"overfitting\"")]);
        Assert.Equal(15, series.Keys.Count(k => k.StartsWith("modelmonitor_finding{", StringComparison.Ordinal)));
        await sink.PublishAsync(Evaluation(end: 2));
        Assert.Equal(0, (await _registry.ScrapeAsync())[Name("finding", "kind=\"decay\"")]);
    }

    [Fact]
    public async Task Rules_and_gaps_are_published()
    {
        var gap = new GeneralizationGap("roc_auc", "train", "holdout", MetricValue.Of(0.03) with { Lower = 0.01, Upper = 0.05 });
        await Sink().PublishAsync(Evaluation() with { Gaps = [gap] }, ("decay", true), ("weak", false));
        var series = await _registry.ScrapeAsync();
        Assert.Equal(1, series[Name("rule_breached", "rule=\"decay\"")]);
        Assert.Equal(0, series[Name("rule_breached", "rule=\"weak\"")]);
        Assert.Equal(0.03, series[Name("generalization_gap_ratio", "metric=\"roc_auc\",from=\"train\",to=\"holdout\"")]);
        Assert.Equal(0.05, series[Name("generalization_gap_ratio_upper", "metric=\"roc_auc\",from=\"train\",to=\"holdout\"")]);
    }

    [Fact]
    public async Task What_is_not_finite_never_reaches_the_wire()
    {
        await Sink().PublishAsync(Evaluation() with
        {
            Performance = Values(("roc_auc", MetricValue.Of(0.75) with { Lower = double.NaN, Upper = double.PositiveInfinity })),
        });
        var series = await _registry.ScrapeAsync();
        Assert.Contains(Name("roc_auc"), series.Keys);
        Assert.DoesNotContain(Name("roc_auc_lower"), series.Keys);
        Assert.All(series.Values, v => Assert.True(double.IsFinite(v)));
    }

    private static Evaluation WithFeatures(int count)
    {
        var evaluation = Evaluation();
        return evaluation with { Drift = evaluation.Drift with { Features = Features(count) } };
    }

    private PrometheusSink Sink() => new(_registry, windows: 2);
}
