using System.Globalization;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Host.Models;

namespace ModelMonitor.Host.Hosting;

/// <summary>Registers the opened versions and says what they are, before the listeners open.</summary>
internal sealed class VersionRegistration(ModelCatalog catalog, StateWriter writer, VersionAnnouncer announcer, ITelemetry telemetry) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var (work, name) = (new ChampionRegistration(catalog), new StateName());
        await Task.WhenAll(writer.SubmitAsync(name), writer.SubmitAsync(work));
        if (work.Fault is { } fault) throw new ModelLoadException(fault);
        telemetry.State(name.Name.ToString("x8", CultureInfo.InvariantCulture));
        foreach (var model in catalog.Models)
        {
            foreach (var challenger in model.Challengers) announcer.Challenger(challenger);
            announcer.Champion(model);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The state's name: made once, with the state. Short, for it stands in legends.</summary>
    private sealed class StateName : IWork
    {
        private const string Mark = "state";

        public int Rows => 0;

        public long Name { get; private set; }

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            var known = await scope.Transaction.ReadMarkAsync(Mark, cancellationToken);
            Name = known ?? Random.Shared.NextInt64(1L << 32);
            if (known is null) await scope.Transaction.WriteMarkAsync(Mark, Name, cancellationToken);
        }
    }
}
