namespace ModelMonitor.Engine.Plugins;

/// <summary>Names an assembly's plugin, and the contract that it was built against: the compiler writes the number that held then into the assembly.</summary>
/// <param name="plugin">Implements <see cref="IPlugin"/>.</param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class MonitorPluginAttribute(Type plugin, int contract = PluginContract.Version) : Attribute
{
    public Type Plugin { get; } = plugin;

    public int Contract { get; } = contract;
}

/// <summary>The agreement between the monitor and its plugins.</summary>
public static class PluginContract
{
    /// <summary>Raised by a change of the interfaces that an older plugin cannot live with. A plugin of another number is not loaded.</summary>
    public const int Version = 1;
}
