using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Keeps scoring beside the version that serves whoever is to, and nobody else: challengers that shadow, and the version before one that is watched.</summary>
public sealed class ShadowKeeper(ModelCatalog catalog, MonitorOptions options, IVersionFiles files, StateWriter writer, VersionAnnouncer announcer)
{
    /// <summary>Makes sure that a version scores.</summary>
    /// <returns>Null: it does. Else why its file is of no use.</returns>
    public async Task<string?> AddAsync(VersionDossier dossier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dossier);
        if (catalog.Find(dossier.Model)!.Versions.Any(v => v.Baseline.Version == dossier.Version)) return null;
        MonitoredModel opened;
        try
        {
            opened = files.Open(dossier, cancellationToken);
        }
        catch (VersionUnusableException e)
        {
            return e.Message;
        }

        // The registry first: no row meets a version that it does not know.
        await writer.SubmitAsync(new RoleWork(opened.Name, opened.Baseline.Version, VersionRole.Challenger, opened)).ConfigureAwait(false);
        catalog.AddChallenger(opened);
        announcer.Challenger(opened);
        return null;
    }

    /// <summary>Lets go whoever is not configured, no shadow, and not the one before a version that is watched.</summary>
    public async Task RetireUnwantedAsync(MonitoredModel serving, IReadOnlyList<VersionDossier> dossiers)
    {
        ArgumentNullException.ThrowIfNull(serving);
        var wanted = options.Models.First(m => m.Name == serving.Name).Challengers.Select(c => c.Version)
            .Concat(dossiers.Where(d => VersionLifecycle.Shadows(d.Stage)).Select(d => d.Version))
            .Concat(dossiers.Where(d => d.Stage == VersionStage.Watched && d.Version == serving.Baseline.Version).Select(d => d.Previous).OfType<string>())
            .ToHashSet(StringComparer.Ordinal);
        foreach (var version in serving.Challengers.Select(c => c.Baseline.Version).Where(v => !wanted.Contains(v)).ToArray()) await RetireAsync(serving, version).ConfigureAwait(false);
    }

    /// <summary>Lets one go, if it scores; labels of its predictions are counted still.</summary>
    public async Task RetireAsync(MonitoredModel serving, string version)
    {
        ArgumentNullException.ThrowIfNull(serving);
        if (serving.Challengers.FirstOrDefault(c => c.Baseline.Version == version) is not { } gone || !catalog.RemoveChallenger(serving.Name, version)) return;
        await writer.SubmitAsync(new RoleWork(serving.Name, version, VersionRole.Retired, null)).ConfigureAwait(false);
        announcer.Retired(gone);
    }

    /// <summary>A role in the registry; one that serves is not touched.</summary>
    private sealed class RoleWork(string model, string version, VersionRole role, MonitoredModel? opened) : IWork
    {
        public int Rows => 0;

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            var known = (await scope.Transaction.ReadVersionsAsync(model, cancellationToken).ConfigureAwait(false)).FirstOrDefault(v => v.Version == version);
            if (known?.Role == role || known?.Role == VersionRole.Champion) return;
            var row = opened is null ? known : new VersionRecord(model, version, opened.Baseline.Hash, opened.Baseline.ModelSha256, role, scope.Now);
            if (row is not null) await scope.Transaction.WriteVersionAsync(row with { Role = role, Since = scope.Now }, cancellationToken).ConfigureAwait(false);
        }
    }
}
