using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Files;

namespace ModelMonitor.Host.Actions;

/// <summary>Registers the hooks that come without a plugin, and the files that all of them may ask for: `check` asks them as `run` does.</summary>
internal static class HookServices
{
    /// <summary>Needs the registered <see cref="Engine.Options.MonitorOptions"/>.</summary>
    public static IServiceCollection AddHooks(this IServiceCollection services) => services.AddWebhook().AddSingleton<IRetrainHook, CommandHook>().AddSingleton<IDataFiles, DataFiles>();
}
