using Microsoft.Extensions.Logging;

namespace ModelMonitor.Engine;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "A commit of {Count} deliveries failed and had no effect")]
    public static partial void CommitFailed(ILogger logger, Exception error, int count);

    [LoggerMessage(2, LogLevel.Error, "Whether delivery {Key} was committed could not be read; the sender must send it again")]
    public static partial void OutcomeUnknown(ILogger logger, Exception error, string key);

    [LoggerMessage(3, LogLevel.Warning, "Summing deltas into panes failed; it will be tried again")]
    public static partial void SummingFailed(ILogger logger, Exception error);
}
