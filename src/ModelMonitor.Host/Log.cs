namespace ModelMonitor.Host;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Watching {Model} version {Version} on {Provider}, baseline {Baseline}")]
    public static partial void Watching(ILogger logger, string model, string version, string provider, string baseline);

    [LoggerMessage(3, LogLevel.Warning, "{Note}")]
    public static partial void Opened(ILogger logger, string note);

    [LoggerMessage(2, LogLevel.Information, "Listening on {Addresses}")]
    public static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(12, LogLevel.Information, "Arrow Flight on {Address}")]
    public static partial void ListeningFlight(ILogger logger, string address);

    [LoggerMessage(201, LogLevel.Warning, "A delivery for model {Model} could not be committed; its sender is told to try again")]
    public static partial void NotCommitted(ILogger logger, Exception error, string model);

    [LoggerMessage(13, LogLevel.Warning, "Plugin {Name} ({Path}) is not used: {Reason}")]
    public static partial void PluginFailed(ILogger logger, string name, string path, string reason);
}
