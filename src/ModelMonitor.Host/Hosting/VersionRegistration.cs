using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Host.Models;

namespace ModelMonitor.Host.Hosting;

/// <summary>Registers the opened versions and says what they are, before the listeners open.</summary>
internal sealed class VersionRegistration(ModelCatalog catalog, StateWriter writer, VersionAnnouncer announcer) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var work = new ChampionRegistration(catalog);
        await writer.SubmitAsync(work);
        if (work.Fault is { } fault) throw new ModelLoadException(fault);
        foreach (var model in catalog.Models)
        {
            foreach (var challenger in model.Challengers) announcer.Challenger(challenger);
            announcer.Champion(model);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
