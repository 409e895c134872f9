using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Tests.Contracts;
using ModelMonitor.Host.Export;
using ModelMonitor.Host.Plugins;
using ModelMonitor.Host.Tests.Export;

namespace ModelMonitor.Host.Tests.Plugins;

public sealed class PrometheusContractTests : EvaluationSinkContract, IDisposable
{
    private readonly MetricsRegistry _registry = new();
    private readonly PrometheusSink _sink;

    public PrometheusContractTests() => _sink = new(_registry, windows: 2);

    protected override IEvaluationSink Sink => _sink;

    public void Dispose() => _registry.Dispose();

    protected override async Task<string?> PublishedAsync(string metric) =>
        (await _registry.ScrapeAsync()).TryGetValue(Sample.Name(metric), out var value) ? value.ToString(CultureInfo.InvariantCulture) : null;
}

/// <summary>The sample, as the loader gives it.</summary>
public sealed class SampleContractTests : EvaluationSinkContract, IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly IEvaluationSink _sink;

    public SampleContractTests()
    {
        var services = new ServiceCollection();
        PluginLoader.Load([new() { Name = "sample", Options = new Dictionary<string, string> { ["file"] = _file } }]).Register(services);
        _sink = services.BuildServiceProvider().GetServices<IEvaluationSink>().Single();
    }

    protected override IEvaluationSink Sink => _sink;

    public void Dispose() => File.Delete(_file);

    protected override async Task<string?> PublishedAsync(string metric) =>
        (await File.ReadAllLinesAsync(_file, TestContext.Current.CancellationToken)).Select(line => line.Split(',')).LastOrDefault(cells => cells[4].Length == 0 && cells[5] == metric)?[6];
}
