using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Export;

namespace ModelMonitor.Host.Tests.Export;

/// <summary>Evaluations as the engine would make them, and the text that a scrape reads.</summary>
internal static partial class Sample
{
    public const string Model = "flights";

    public static readonly IReadOnlyDictionary<string, MetricValue> Nothing = new Dictionary<string, MetricValue>();

    public static MonitorOptions Options { get; } = new()
    {
        StateFolder = "state",
        Models = [new() { Name = Model, Version = "v1", Task = TaskKind.Binary, Baseline = "baseline.json", Device = [new("cuda"), new("cpu")], Targets = [new("roc_auc", 0.7)] }],
        Actions = [new() { Name = "retrain", Hook = "webhook" }],
        Windows = [new("hour", TimeSpan.FromHours(1), "0 * * * * ?"), new("day", TimeSpan.FromDays(1), "0 0/5 * * * ?")],
        Rules = [new RuleDefinition { Name = "decay", Finding = "decay", Then = ["retrain"] }],
    };

    public static Evaluation Evaluation(string version = "v1", string window = "day", string segment = "", long end = 86_400_000_000) => new()
    {
        Model = Model,
        Version = version,
        Task = TaskKind.Binary,
        Window = window,
        Segment = segment,
        Range = new(end - 3_600_000_000, end),
        Rows = 1000,
        Labelled = 900,
        PerformanceRange = new(end - 3_600_000_000, end),
        PerformanceRows = 1000,
        PerformanceLabelled = 900,
        Performance = Values(("roc_auc", MetricValue.Of(0.75) with { Lower = 0.72, Upper = 0.78, ErrorBound = 0 })),
        Drift = new(Values(("psi", MetricValue.Of(0.01)), ("psi_noise_floor", MetricValue.Of(0.006)), ("mean", MetricValue.Of(0.4))), Nothing, []),
    };

    public static IReadOnlyDictionary<string, MetricValue> Values(params (string Key, MetricValue Value)[] values) =>
        values.ToDictionary(v => v.Key, v => v.Value);

    /// <summary>Features f0, f1 … with a PSI of 0.1, 0.2 …</summary>
    public static KeyValuePair<string, IReadOnlyDictionary<string, MetricValue>>[] Features(int count) =>
        [.. Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"f{i}", Values(
            ("psi", MetricValue.Of((i + 1) / 10.0)), ("psi_noise_floor", MetricValue.Of(0.01)),
            ("missing_ratio", MetricValue.Of(0)), ("unseen_ratio", MetricValue.Of(0)), ("js_distance", MetricValue.Of(0.5)))))];

    public static async Task PublishAsync(this PrometheusSink sink, Evaluation evaluation, params (string Rule, bool Breached)[] rules) =>
        await sink.PublishAsync(
            new PublishedEvaluation(evaluation, rules.ToDictionary(r => r.Rule, r => r.Breached)), TestContext.Current.CancellationToken);

    public static async Task<string> TextAsync(this MetricsRegistry registry, MetricsFormat format = MetricsFormat.Text)
    {
        using var stream = new MemoryStream();
        await registry.WriteAsync(stream, format, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The series of a scrape, `name{labels}` → value.</summary>
    public static async Task<Dictionary<string, double>> ScrapeAsync(this MetricsRegistry registry)
    {
        var series = new Dictionary<string, double>();
        foreach (var line in (await registry.TextAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#'))
        {
            var match = SeriesLine().Match(line);
            Assert.True(match.Success, line);
            series.Add(match.Groups[1].Value, double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
        }

        return series;
    }

    /// <summary>A series of the sink: what follows `modelmonitor_`, for version v1, window day and all rows unless told otherwise.</summary>
    public static string Name(string key, string more = "", string version = "v1", string window = "day", string segment = "") =>
        $$"""modelmonitor_{{key}}{model="{{Model}}",version="{{version}}",window="{{window}}",segment="{{segment}}"{{(more.Length > 0 ? "," + more : "")}}}""";

    [GeneratedRegex("^([a-z_0-9]+(?:\\{.*\\})?) (\\S+)$")]
    private static partial Regex SeriesLine();
}
