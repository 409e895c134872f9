using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Plugins;

namespace ModelMonitor.Host.Plugins;

/// <summary>A plugin that was loaded.</summary>
/// <param name="Version">Of its assembly.</param>
internal sealed record LoadedPlugin(IPlugin Plugin, string Path, string Version, IConfiguration Configuration)
{
    public string Name => Plugin.Name;

    /// <summary>Without it the monitor does not start.</summary>
    public bool Required { get; init; }
}

/// <summary>A plugin that could not be loaded, or registered.</summary>
internal sealed record PluginFault(string Name, string Path, string Reason, bool Required)
{
    public override string ToString() => $"plugin {Name} ({Path}): {Reason}";
}

/// <summary>What the configured folders hold.</summary>
internal sealed record PluginCatalog(IReadOnlyList<LoadedPlugin> Plugins, IReadOnlyList<PluginFault> Faults)
{
    public static PluginCatalog None { get; } = new([], []);

    /// <summary>Of which there may be many.</summary>
    private static readonly Type[] s_many = [typeof(IRetrainHook), typeof(IEvaluationSink)];

    /// <summary>Registers every plugin, each apart: one that fails leaves nothing behind.</summary>
    /// <returns>This, with those that failed among the faults.</returns>
    public PluginCatalog Register(IServiceCollection services)
    {
        var (registered, faults) = (new List<LoadedPlugin>(), Faults.ToList());
        foreach (var plugin in Plugins)
        {
            var own = new ServiceCollection();
            try
            {
                plugin.Plugin.Register(own, plugin.Configuration);
            }
#pragma warning disable CA1031 // Whatever a plugin throws, the others go on.
            catch (Exception e)
            {
                faults.Add(new(plugin.Name, plugin.Path, $"cannot be registered: {e.Message}", plugin.Required));
                continue;
            }
#pragma warning restore CA1031
            // It adds to what there is and replaces nothing: another clock, say, would be everybody's.
            var there = services.Select(service => service.ServiceType).ToHashSet();
            foreach (var service in own.Where(service => s_many.Contains(service.ServiceType) || !there.Contains(service.ServiceType))) services.Add(service);
            registered.Add(plugin);
        }

        return new(registered, faults);
    }
}
