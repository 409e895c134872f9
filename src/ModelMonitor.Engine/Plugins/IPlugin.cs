using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ModelMonitor.Engine.Plugins;

/// <summary>The entry of a plugin: it registers what it brings, a hook or a sink for example, beside the monitor's own.</summary>
/// <remarks>
/// Made once, with its public constructor without parameters, before anything runs. The assembly names it with
/// <see cref="MonitorPluginAttribute"/>. What it throws is told with its name, and none of what it registered is used; the others go on.
/// Services that it may ask for: <see cref="TimeProvider"/>, loggers, <see cref="ITelemetry"/>, <see cref="Options.MonitorOptions"/>, <see cref="Intake.IDataFiles"/>.
/// </remarks>
public interface IPlugin
{
    /// <summary>What the configuration calls it.</summary>
    string Name { get; }

    /// <param name="configuration">Its own options, `plugins: [ { name: …, options: { … } } ]`; empty without.</param>
    void Register(IServiceCollection services, IConfiguration configuration);
}
