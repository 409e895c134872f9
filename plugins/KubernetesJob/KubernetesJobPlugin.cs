using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Plugins;

[assembly: MonitorPlugin(typeof(ModelMonitor.KubernetesJob.KubernetesJobPlugin))]

namespace ModelMonitor.KubernetesJob;

/// <summary>The plugin's entry.</summary>
public sealed class KubernetesJobPlugin : IPlugin
{
    public string Name => "kubernetes-job";

    public void Register(IServiceCollection services, IConfiguration configuration) => services.AddSingleton<IRetrainHook, KubernetesJobHook>();
}
