using System.ComponentModel;
using System.Diagnostics;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Tests.Flow;
using ModelMonitor.Host.Export;
using static ModelMonitor.Host.Tests.Export.Sample;

namespace ModelMonitor.Host.Tests.Export;

public sealed class ExpositionTests
{
    private const string Keys = """
        roc_auc ks gini average_precision precision recall f1 accuracy balanced_accuracy mcc log_loss brier ece lift_top_decile
        roc_auc_ovr_macro f1_macro f1_micro f1_weighted precision_macro recall_macro mse rmse mae r2 mean_error error_variance
        prediction_variance label_variance bias_squared variance estimated_roc_auc estimated_precision
        """;

    private const string DriftKeys =
        "psi psi_noise_floor js_distance ks_distance wasserstein_ratio hellinger missing_ratio infinite_ratio out_of_range_ratio unseen_ratio";

    [Fact]
    public async Task Every_metric_passes_promtool()
    {
        using var registry = await FullAsync(Keys);
        var (code, output) = await PromtoolAsync(await registry.TextAsync());
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task The_one_complaint_of_promtool_is_about_a_name_that_is_a_contract()
    {
        using var registry = await FullAsync("days_to_target");
        var (_, output) = await PromtoolAsync(await registry.TextAsync());
        var complaints = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(complaints);
        Assert.All(complaints, c => Assert.Matches("^modelmonitor_days_to_target(_lower|_upper)? use base unit \"seconds\" instead of \"days\"$", c));
    }

    [Fact]
    public async Task No_value_is_NaN_or_infinite_and_every_family_has_help()
    {
        using var registry = await FullAsync(Keys);
        Assert.All(await registry.ScrapeAsync(), s => Assert.True(double.IsFinite(s.Value), s.Key));
        var lines = (await registry.TextAsync()).Split('\n');
        var types = lines.Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2]).ToList();
        var helps = lines.Where(l => l.StartsWith("# HELP ", StringComparison.Ordinal) && l.Split(' ').Length > 4).Select(l => l.Split(' ')[2]);
        Assert.Equal(types.Order(), helps.Order());
        Assert.All(types, t => Assert.StartsWith("modelmonitor_", t, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OpenMetrics_ends_with_its_end_mark()
    {
        using var registry = await FullAsync("roc_auc");
        var text = await registry.TextAsync(MetricsFormat.OpenMetrics);
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE modelmonitor_rows_received counter\n", text, StringComparison.Ordinal);
        Assert.Contains("modelmonitor_rows_received_total{", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, MetricsFormat.Text)]
    [InlineData("*/*", MetricsFormat.Text)]
    [InlineData("text/html,application/xhtml+xml;q=0.9", MetricsFormat.Text)]
    [InlineData("not a header;;", MetricsFormat.Text)]
    [InlineData("text/plain;version=0.0.4", MetricsFormat.Text)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.1,text/plain", MetricsFormat.Text)]
    [InlineData("application/openmetrics-text;q=0", MetricsFormat.Text)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        MetricsFormat.OpenMetrics)]
    public void The_Accept_header_chooses_the_format(string? accept, MetricsFormat expected) =>
        Assert.Equal(expected, MetricsRegistry.Negotiate(accept));

    /// <summary>A registry in which every family has a series.</summary>
    private static async Task<MetricsRegistry> FullAsync(string performanceKeys)
    {
        var registry = new MetricsRegistry();
        var telemetry = new PrometheusTelemetry(registry, Options, TimeProvider.System);
        telemetry.ModelDeclared(Model, "v1", "champion", "cpu", "ab");
        telemetry.State("00ff");
        telemetry.Reference(Given.Model.Baseline);
        telemetry.WeightNorms(Model, "v1", [("w", "l2", 1.5)]);
        var value = MetricValue.Of(0.5) with { Lower = 0.4, Upper = 0.6, ErrorBound = 0.01 };
        var drift = Values([.. Split(DriftKeys).Select(k => (k, value))]);
        await new PrometheusSink(registry, windows: 2, Split(DriftKeys)).PublishAsync(
            Evaluation() with
            {
                Performance = Values([.. Split(performanceKeys).Select(k => (k, value with { ErrorBound = null }))]),
                Drift = new(drift, drift, [KeyValuePair.Create("distance", drift)]),
                Gaps = [new("roc_auc", "train", "holdout", value)],
                Decay = new("roc_auc", 5, value with { ErrorBound = null }, null),
            },
            ("decay", false));
        return registry;
    }

    private static string[] Split(string keys) => keys.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    private static async Task<(int Code, string Output)> PromtoolAsync(string exposition)
    {
        var start = new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process? promtool = null;
        try
        {
            promtool = Process.Start(start);
        }
        catch (Win32Exception)
        {
        }

        Assert.SkipUnless(promtool is not null, "promtool is not installed (Debian package prometheus)");
        using (promtool)
        {
            var cancellation = TestContext.Current.CancellationToken;
            var output = promtool.StandardOutput.ReadToEndAsync(cancellation);
            var error = promtool.StandardError.ReadToEndAsync(cancellation);
            await promtool.StandardInput.WriteAsync(exposition.AsMemory(), cancellation);
            promtool.StandardInput.Close();
            await promtool.WaitForExitAsync(cancellation);
            return (promtool.ExitCode, await output + await error);
        }
    }
}
