namespace ModelMonitor.Host.Http;

internal static partial class HttpLog
{
    [LoggerMessage(200, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Unhandled(ILogger logger, Exception error, string method, string path);

    [LoggerMessage(202, LogLevel.Warning, "The state store does not answer")]
    public static partial void StoreSilent(ILogger logger, Exception error);
}
