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

    [LoggerMessage(4, LogLevel.Error, "Evaluating window {Window} of model {Model} failed")]
    public static partial void EvaluationFailed(ILogger logger, Exception error, string model, string window);

    [LoggerMessage(5, LogLevel.Error, "Sink {Sink} failed; the others and the state are not touched")]
    public static partial void SinkFailed(ILogger logger, Exception error, string sink);

    [LoggerMessage(6, LogLevel.Warning, "Action {Action} of model {Model} was not delivered (attempt {Attempt}): {Reason}")]
    public static partial void NotDelivered(ILogger logger, string model, string action, int attempt, string reason);

    [LoggerMessage(7, LogLevel.Error, "The outbox could not be worked off; it will be tried again")]
    public static partial void OutboxFailed(ILogger logger, Exception error);

    [LoggerMessage(8, LogLevel.Information, "Model {Model}: {Unlabelled} predictions and {Unmatched} labels waited in vain and expired")]
    public static partial void JoinRowsExpired(ILogger logger, string model, long unlabelled, long unmatched);

    [LoggerMessage(9, LogLevel.Warning, "Window {Window} cannot be evaluated: {Reason} It fills again as time goes on")]
    public static partial void WindowForgotten(ILogger logger, string window, string reason);

    [LoggerMessage(30, LogLevel.Information, "Model {Model} learns its baseline from production: {Progress}, {Rows} rows so far; nothing is evaluated until then")]
    public static partial void Learning(ILogger logger, string model, string progress, long rows);

    [LoggerMessage(31, LogLevel.Information, "Model {Model} learned its baseline from {Rows} rows of production, {Labels} of them labelled: {Hash}")]
    public static partial void Learned(ILogger logger, string model, long rows, long labels, string hash);

    [LoggerMessage(32, LogLevel.Error, "Model {Model} could not learn its baseline; its rows are kept, and the next delivery tries again")]
    public static partial void NotLearned(ILogger logger, Exception error, string model);

    [LoggerMessage(33, LogLevel.Warning, "The baseline that model {Model} learned could not be written beside the state; the next start tries again")]
    public static partial void BaselineNotWritten(ILogger logger, Exception error, string model);

    [LoggerMessage(40, LogLevel.Error, "What is under way for model {Model} could not be moved on; it is tried again")]
    public static partial void LifecycleFailed(ILogger logger, Exception error, string model);

    [LoggerMessage(46, LogLevel.Error, "Version {Version} of model {Model} could not be moved on; it is tried again in a minute")]
    public static partial void VersionFailed(ILogger logger, Exception error, string model, string version);

    [LoggerMessage(41, LogLevel.Information, "Model {Model}: {What}. {Why}")]
    public static partial void VersionMoved(ILogger logger, string model, string what, string why);

    [LoggerMessage(42, LogLevel.Warning, "Model {Model}: version {Version} could not be brought back: {Reason}")]
    public static partial void PreviousGone(ILogger logger, string model, string version, string reason);

    [LoggerMessage(43, LogLevel.Warning, "The gate of {Model} warns of version {Version}: {Kind}: {Reason}")]
    public static partial void GateBreached(ILogger logger, string model, string version, string kind, string reason);

    [LoggerMessage(44, LogLevel.Warning, "{Model} version {Version} scores on {To} and no more on {From}: {Reason}")]
    public static partial void DeviceChanged(ILogger logger, string model, string version, string from, string to, string reason);

    [LoggerMessage(45, LogLevel.Warning, "{Model} version {Version}: {Note}")]
    public static partial void DeviceNote(ILogger logger, string model, string version, string note);
}
