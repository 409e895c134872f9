using ModelMonitor.Engine.Lifecycle;

namespace ModelMonitor.Host.Hosting;

/// <summary>Moves retraining and challengers on while the process runs.</summary>
internal sealed class LifecycleWorker(LifecycleService lifecycle) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_pause);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await lifecycle.StepAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; what is under way goes on at the next start.
        }
    }
}
