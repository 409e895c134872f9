using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Demo;

/// <summary>Moves versions on between two steps of a replay. While something is trained here, the replay stands still: training takes as long as it takes, and the data must not run away from it.</summary>
internal sealed class VersionSteps(LifecycleService lifecycle, ModelCatalog catalog, MonitorOptions options, IStateStore store)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Whether what is asked for is trained in this process, and comes of itself.</summary>
    private readonly bool _trains = options.Actions.Any(a => a is { Name: "retrain", Hook: not "webhook" });

    public async Task StepAsync(CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; _trains && waited < s_patience && await IsTrainingAsync(cancellationToken); waited += s_pause)
            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        await lifecycle.StepAsync(cancellationToken);
    }

    private async Task<bool> IsTrainingAsync(CancellationToken cancellationToken)
    {
        await using var reader = await store.OpenSnapshotAsync(cancellationToken);
        foreach (var model in catalog.Models)
            if ((await RetrainRequests.ReadAsync(reader, model.Name, 1, cancellationToken)).Any(r => r.Status is RetrainStatus.Queued or RetrainStatus.Running)) return true;
        return false;
    }
}
