using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Hosting;

/// <summary>The sidecar.</summary>
internal static class MonitorProcess
{
    internal static Task<int> RunAsync(MonitorOptions options, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("`run` is not part of this build");
}
