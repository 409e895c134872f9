namespace ModelMonitor.Host;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Watching {Model} version {Version} on {Provider}, baseline {Baseline}")]
    public static partial void Watching(ILogger logger, string model, string version, string provider, string baseline);

    [LoggerMessage(9, LogLevel.Warning, "The gate of {Model} warns of version {Version}: {Kind}: {Reason}")]
    public static partial void GateBreached(ILogger logger, string model, string version, string kind, string reason);

    [LoggerMessage(2, LogLevel.Information, "Listening on {Addresses}")]
    public static partial void Listening(ILogger logger, string addresses);
}
