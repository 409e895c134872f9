using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Plugins;

[assembly: MonitorPlugin(typeof(ModelMonitor.Trainer.TrainerPlugin))]

namespace ModelMonitor.Trainer;

/// <summary>The plugin's entry.</summary>
public sealed class TrainerPlugin : IPlugin
{
    public string Name => "trainer";

    public void Register(IServiceCollection services, IConfiguration configuration) => services.AddSingleton<IRetrainHook, TrainerHook>();
}
