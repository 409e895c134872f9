using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Makes the versions that were opened at start the registry's, before anything else happens. The same version with another model file is a fault.</summary>
public sealed class ChampionRegistration(ModelCatalog catalog) : IWork
{
    public int Rows => 0;

    /// <summary>What keeps the process from starting, in one line; null: nothing.</summary>
    public string? Fault { get; private set; }

    public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        Fault = null;
        foreach (var model in catalog.Models)
        {
            var versions = await scope.Transaction.ReadVersionsAsync(model.Name, cancellationToken).ConfigureAwait(false);
            var dossiers = await VersionDossier.ReadAsync(scope.Transaction, model.Name, cancellationToken).ConfigureAwait(false);
            Fault = FaultOf(model, versions);
            if (Fault is not null) return;
            await RegisterChallengersAsync(scope, model, versions, cancellationToken).ConfigureAwait(false);
            await RegisterChampionAsync(scope, model, versions, dossiers, cancellationToken).ConfigureAwait(false);
            if (Fault is not null) return;
        }
    }

    private static string? FaultOf(MonitoredModel model, IReadOnlyList<VersionRecord> versions)
    {
        foreach (var version in model.Versions.Select(v => v.Baseline))
        {
            if (versions.FirstOrDefault(v => v.Version == version.Version) is not { } known || known.ModelSha256 == version.ModelSha256) continue;
            return version == model.Baseline
                ? $"models.{model.Name}.version: version '{version.Version}' is known with another model file (sha256 {known.ModelSha256}): give the new file a new version"
                : $"models.{model.Name}.challengers.{version.Version}: the version is known with another model file (sha256 {known.ModelSha256}): give the new file a new version";
        }

        // One that serves already goes on: to stop watching it would help nobody.
        return model.Options.GateRefuses && versions.FirstOrDefault(v => v.Version == model.Baseline.Version) is not { Role: VersionRole.Champion }
            && VersionGate.Of(model.Baseline, Evaluator.OptionsOf(model, 1)) is [var first, ..]
            ? VersionGate.Refusal(model.Name, model.Baseline.Version, first)
            : null;
    }

    /// <summary>What is no challenger any more is retired; what was a champion before and stands there as a challenger is one.</summary>
    private static async ValueTask RegisterChallengersAsync(CommitScope scope, MonitoredModel model, IReadOnlyList<VersionRecord> versions, CancellationToken cancellationToken)
    {
        foreach (var challenger in model.Challengers.Select(c => c.Baseline))
        {
            var known = versions.FirstOrDefault(v => v.Version == challenger.Version);
            if (known is { Role: VersionRole.Challenger } && known.BaselineHash == challenger.Hash) continue;
            await scope.Transaction.WriteVersionAsync(new(model.Name, challenger.Version, challenger.Hash, challenger.ModelSha256, VersionRole.Challenger, scope.Now), cancellationToken).ConfigureAwait(false);
            await scope.Transaction.AddAuditAsync(new(scope.Now, model.Name, "configuration", $"version {challenger.Version} became challenger", "baseline " + challenger.Hash), cancellationToken).ConfigureAwait(false);
        }

        foreach (var gone in versions.Where(v => v.Role == VersionRole.Challenger && v.Version != model.Baseline.Version && model.Challengers.All(c => c.Baseline.Version != v.Version)))
            await scope.Transaction.WriteVersionAsync(gone with { Role = VersionRole.Retired, Since = scope.Now }, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RegisterChampionAsync(CommitScope scope, MonitoredModel model, IReadOnlyList<VersionRecord> versions, IReadOnlyList<VersionDossier> dossiers, CancellationToken cancellationToken)
    {
        var (baseline, name) = (model.Baseline, model.Name);
        var known = versions.FirstOrDefault(v => v.Version == baseline.Version);
        var before = versions.FirstOrDefault(v => v.Role == VersionRole.Champion && v.Version != baseline.Version);
        var dossier = dossiers.FirstOrDefault(d => d.Version == baseline.Version);
        // One that served before, and serves again because the one after it cannot be opened any more.
        var next = dossier is null ? VersionDossier.Configured(name, baseline.Version, model.Options.Onnx ?? "", baseline.ModelSha256, before?.Version, scope.Now)
            : VersionLifecycle.Serves(dossier.Stage) ? dossier
            : dossier.After(dossier.Stage == VersionStage.Retired ? VersionEvent.RollBack : VersionEvent.Configured, scope.Now);
        if (next is null)
        {
            Fault = $"models.{name}.version: version '{baseline.Version}' is {VersionLifecycle.Name(dossier!.Stage)}, and the version that served cannot be opened: configure another one";
            return;
        }

        if (!ReferenceEquals(next, dossier)) await scope.Transaction.PutDocumentAsync(next.ToRecord(), cancellationToken).ConfigureAwait(false);
        if (known is { Role: VersionRole.Champion } && known.BaselineHash == baseline.Hash) return;
        if (before is not null) await SupersedeAsync(scope, model, before, dossiers, cancellationToken).ConfigureAwait(false);
        await scope.Transaction.WriteVersionAsync(new(name, baseline.Version, baseline.Hash, baseline.ModelSha256, VersionRole.Champion, scope.Now), cancellationToken).ConfigureAwait(false);
        await scope.Transaction.AddAuditAsync(new(scope.Now, name, "configuration", $"version {baseline.Version} became champion", "baseline " + baseline.Hash), cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask SupersedeAsync(CommitScope scope, MonitoredModel model, VersionRecord before, IReadOnlyList<VersionDossier> dossiers, CancellationToken cancellationToken)
    {
        if (model.Challengers.All(c => c.Baseline.Version != before.Version))
            await scope.Transaction.WriteVersionAsync(before with { Role = VersionRole.Retired, Since = scope.Now }, cancellationToken).ConfigureAwait(false);
        foreach (var other in dossiers.Where(d => d.Version == before.Version || (VersionLifecycle.IsChallenger(d.Stage) && d.Version != model.Baseline.Version)))
        {
            if (other.After(VersionEvent.Superseded, scope.Now) is not { } superseded) continue;
            await scope.Transaction.PutDocumentAsync(superseded.ToRecord(), cancellationToken).ConfigureAwait(false);
            await scope.Transaction.AddAuditAsync(new(scope.Now, model.Name, "configuration", StageWork.Told(superseded), $"version {model.Baseline.Version} of the configuration serves now"), cancellationToken).ConfigureAwait(false);
        }
    }
}
