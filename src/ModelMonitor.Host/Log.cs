namespace ModelMonitor.Host;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Watching {Model} version {Version} on {Provider}, baseline {Baseline}")]
    public static partial void Watching(ILogger logger, string model, string version, string provider, string baseline);

    [LoggerMessage(9, LogLevel.Warning, "The gate of {Model} warns of version {Version}: {Kind}: {Reason}")]
    public static partial void GateBreached(ILogger logger, string model, string version, string kind, string reason);

    [LoggerMessage(10, LogLevel.Warning, "{Model} version {Version} scores on {To} and no more on {From}: {Reason}")]
    public static partial void DeviceChanged(ILogger logger, string model, string version, string from, string to, string reason);

    [LoggerMessage(11, LogLevel.Warning, "{Model} version {Version}: {Note}")]
    public static partial void DeviceNote(ILogger logger, string model, string version, string note);

    [LoggerMessage(2, LogLevel.Information, "Listening on {Addresses}")]
    public static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(12, LogLevel.Information, "Arrow Flight on {Address}")]
    public static partial void ListeningFlight(ILogger logger, string address);

    [LoggerMessage(201, LogLevel.Warning, "A delivery for model {Model} could not be committed; its sender is told to try again")]
    public static partial void NotCommitted(ILogger logger, Exception error, string model);

    [LoggerMessage(13, LogLevel.Warning, "Plugin {Name} ({Path}) is not used: {Reason}")]
    public static partial void PluginFailed(ILogger logger, string name, string path, string reason);
}
