using ModelMonitor.Engine.Actions;

namespace ModelMonitor.Host.Hosting;

/// <summary>Works off the outbox while the process runs.</summary>
internal sealed class OutboxService(OutboxDispatcher dispatcher) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => dispatcher.RunAsync(stoppingToken);
}
