using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Plugins;

[assembly: MonitorPlugin(typeof(ModelMonitor.Sample.SamplePlugin))]

namespace ModelMonitor.Sample;

/// <summary>The plugin's entry.</summary>
public sealed class SamplePlugin : IPlugin
{
    public string Name => "sample";

    public void Register(IServiceCollection services, IConfiguration configuration)
    {
        if (SampleOptions.Of(configuration).File is { } file) services.AddSingleton<IEvaluationSink>(new CsvSink(file));
    }
}
