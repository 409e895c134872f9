using ModelMonitor.Engine.Actions;

namespace ModelMonitor.Host.Actions;

/// <summary>Registers the hooks that come without a plugin.</summary>
internal static class HookServices
{
    /// <summary>Needs the registered <see cref="Engine.Options.MonitorOptions"/>.</summary>
    public static IServiceCollection AddHooks(this IServiceCollection services) => services.AddWebhook().AddSingleton<IRetrainHook, CommandHook>();
}
