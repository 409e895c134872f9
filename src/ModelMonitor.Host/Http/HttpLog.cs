namespace ModelMonitor.Host.Http;

internal static partial class HttpLog
{
    [LoggerMessage(200, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Unhandled(ILogger logger, Exception error, string method, string path);

    [LoggerMessage(201, LogLevel.Warning, "A delivery for model {Model} could not be committed; its sender is told to try again")]
    public static partial void NotCommitted(ILogger logger, Exception error, string model);

    [LoggerMessage(202, LogLevel.Warning, "The state store does not answer")]
    public static partial void StoreSilent(ILogger logger, Exception error);
}
