using System.Text.Json;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Another version serves from now on: a promotion, or a rollback. Stages, registry, audit and messages in one transaction; nothing where it is not to be.</summary>
/// <param name="from">The version that serves.</param>
/// <param name="next">The one that takes its place.</param>
/// <param name="happened"><see cref="VersionEvent.Promote"/> or <see cref="VersionEvent.RollBack"/>.</param>
/// <param name="kept">Where the file of the version before lies.</param>
internal sealed class ServingChange(MonitoredModel from, MonitoredModel next, VersionEvent happened, string actor, string reason, IReadOnlyList<VersionCheck> checks, MonitorOptions options, string? kept) : IWork
{
    private readonly bool _promotes = happened == VersionEvent.Promote;

    public int Rows => 0;

    /// <summary>Why it was not done; null: it was.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The dossier of the version that serves now.</summary>
    public VersionDossier? Serving { get; private set; }

    public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        (Refusal, Serving) = (null, null);
        var (transaction, model) = (scope.Transaction, from.Name);
        var versions = await transaction.ReadVersionsAsync(model, cancellationToken).ConfigureAwait(false);
        var dossiers = await VersionDossier.ReadAsync(transaction, model, cancellationToken).ConfigureAwait(false);
        var (old, now) = (dossiers.FirstOrDefault(d => d.Version == from.Baseline.Version), dossiers.FirstOrDefault(d => d.Version == next.Baseline.Version));
        if (old is null || now is null || versions.FirstOrDefault(v => v.Role == VersionRole.Champion)?.Version != old.Version)
        {
            Refusal = $"version {from.Baseline.Version} of model '{model}' does not serve any more";
            return;
        }

        var (before, after) = _promotes
            ? (old.After(VersionEvent.Superseded, scope.Now), now.After(VersionEvent.Promote, scope.Now))
            : (old.After(VersionEvent.RollBack, scope.Now, checks), now.After(VersionEvent.RollBack, scope.Now));
        if (before is null || after is null)
        {
            Refusal = $"version {now.Version} of model '{model}' is {VersionLifecycle.Name(now.Stage)}: only one that passed its tests is promoted, and only to the version before it one rolls back";
            return;
        }

        if (_promotes) after = after with { Previous = old.Version, PromotedAt = scope.Now, Looks = 0 };
        if (kept is not null) before = before with { Onnx = kept };
        await transaction.PutDocumentAsync(before.ToRecord(), cancellationToken).ConfigureAwait(false);
        await transaction.PutDocumentAsync(after.ToRecord(), cancellationToken).ConfigureAwait(false);
        await WithdrawAsync(scope, dossiers.Where(d => VersionLifecycle.IsChallenger(d.Stage) && d.Version != now.Version), now.Version, cancellationToken).ConfigureAwait(false);
        await RegisterAsync(scope, versions, cancellationToken).ConfigureAwait(false);
        var what = _promotes ? $"version {now.Version} promoted in place of {old.Version}" : $"version {old.Version} rolled back to {now.Version}";
        await transaction.AddAuditAsync(new(scope.Now, model, actor, what, string.Join(' ', new[] { reason, StageWork.Evidence(checks) }.Where(t => t.Length > 0))), cancellationToken).ConfigureAwait(false);
        await ResolveAsync(scope, what, cancellationToken).ConfigureAwait(false);
        foreach (var action in options.Actions.Select(a => a.Name).Where(name => name is ActionMessage.Promote or ActionMessage.Notify))
            await transaction.TryAddOutboxAsync(ServingMessage.Changed(action, from, next, after, _promotes, actor, reason, checks, scope.Now), cancellationToken).ConfigureAwait(false);
        Serving = after;
    }

    /// <summary>Whoever was on the way to take the place of the version that served has lost its opponent.</summary>
    private static async ValueTask WithdrawAsync(CommitScope scope, IEnumerable<VersionDossier> others, string serving, CancellationToken cancellationToken)
    {
        foreach (var other in others)
        {
            if (other.After(VersionEvent.Superseded, scope.Now) is not { } withdrawn) continue;
            await scope.Transaction.PutDocumentAsync(withdrawn.ToRecord(), cancellationToken).ConfigureAwait(false);
            await scope.Transaction.AddAuditAsync(new(scope.Now, other.Model, "monitor", StageWork.Told(withdrawn), $"version {serving} serves now, and it was to take the place of {other.Champion}"), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>After a promotion the version before scores on as a challenger; after a rollback the other one does not.</summary>
    private async ValueTask RegisterAsync(CommitScope scope, IReadOnlyList<VersionRecord> versions, CancellationToken cancellationToken)
    {
        var (model, configured) = (from.Name, options.Models.First(m => m.Name == from.Name).Challengers);
        foreach (var gone in versions.Where(v => v.Role == VersionRole.Challenger && v.Version != next.Baseline.Version && configured.All(c => c.Version != v.Version)))
            await scope.Transaction.WriteVersionAsync(gone with { Role = VersionRole.Retired, Since = scope.Now }, cancellationToken).ConfigureAwait(false);
        await scope.Transaction.WriteVersionAsync(new(model, from.Baseline.Version, from.Baseline.Hash, from.Baseline.ModelSha256, _promotes ? VersionRole.Challenger : VersionRole.Retired, scope.Now), cancellationToken).ConfigureAwait(false);
        await scope.Transaction.WriteVersionAsync(new(model, next.Baseline.Version, next.Baseline.Hash, next.Baseline.ModelSha256, VersionRole.Champion, scope.Now), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>No rule judges the version before any more: whoever was alarmed hears that it is over.</summary>
    private async ValueTask ResolveAsync(CommitScope scope, string what, CancellationToken cancellationToken)
    {
        foreach (var record in await scope.Transaction.ReadRuleStatesAsync(from.Name, cancellationToken).ConfigureAwait(false))
        {
            if (record.Version != from.Baseline.Version || JsonSerializer.Deserialize<RuleState>(record.Payload) is not { Firing: true } state) continue;
            await scope.Transaction.WriteRuleStateAsync(record with { Payload = JsonSerializer.Serialize(state with { Firing = false, Since = null, Count = 0 }) }, cancellationToken).ConfigureAwait(false);
            foreach (var action in options.Rules.Where(rule => record.Rule == rule.Name || record.Rule.StartsWith(rule.StateKey("") + "@", StringComparison.Ordinal)).SelectMany(rule => rule.Then).Select(name => options.Actions.First(a => a.Name == name)).Where(ActionMessage.TellsWhenOver))
                await scope.Transaction.TryAddOutboxAsync(ServingMessage.Resolved(from, record.Rule, action, what, scope.Now), cancellationToken).ConfigureAwait(false);
        }
    }
}
