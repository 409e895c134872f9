using System.Diagnostics;
using ModelMonitor.Engine.Lifecycle;

namespace ModelMonitor.Host.Hosting;

/// <summary>Moves retraining and challengers on while the process runs.</summary>
internal sealed class LifecycleWorker(LifecycleService lifecycle) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1), s_longest = TimeSpan.FromMinutes(1);

    /// <summary>Steps take a tenth of one core at most, however long the history is that they read: this is a guest.</summary>
    private const int Share = 10;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (var pause = s_pause; ;)
            {
                await Task.Delay(pause, TimeProvider.System, stoppingToken);
                var began = Stopwatch.GetTimestamp();
                await lifecycle.StepAsync(stoppingToken);
                pause = TimeSpan.FromTicks(Math.Clamp(Stopwatch.GetElapsedTime(began).Ticks * Share, s_pause.Ticks, s_longest.Ticks));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; what is under way goes on at the next start.
        }
    }
}
