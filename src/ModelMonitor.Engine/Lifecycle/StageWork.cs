using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Takes a version to its next stage, with the audit and what people have to know, in one transaction; nothing where somebody else took it further meanwhile.</summary>
/// <param name="expected">As it was when it was judged.</param>
internal sealed class StageWork(VersionDossier expected, VersionEvent happened, string actor, IReadOnlyList<VersionCheck> checks, MonitorOptions options) : IWork
{
    public int Rows => 0;

    /// <summary>The dossier as it is now; null: the event meant nothing any more.</summary>
    public VersionDossier? Done { get; private set; }

    public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        Done = null;
        var (transaction, model) = (scope.Transaction, expected.Model);
        var current = (await VersionDossier.ReadAsync(transaction, model, cancellationToken).ConfigureAwait(false)).FirstOrDefault(d => d.Version == expected.Version);
        if (current is null || current.Stage != expected.Stage || current.StageSince != expected.StageSince || current.After(happened, scope.Now, checks) is not { } next) return;
        await transaction.PutDocumentAsync(next.ToRecord(), cancellationToken).ConfigureAwait(false);
        await transaction.AddAuditAsync(new(scope.Now, model, actor, Told(next), Evidence(checks)), cancellationToken).ConfigureAwait(false);
        if (options.Actions.Any(action => action.Name == ActionMessage.Notify) && ServingMessage.Reached(next, options.Models.First(m => m.Name == model).Promotion.Automatic, scope.Now) is { } message)
            await transaction.TryAddOutboxAsync(message, cancellationToken).ConfigureAwait(false);
        Done = next;
    }

    /// <summary>What the audit says of a stage that a version reached.</summary>
    internal static string Told(VersionDossier dossier) => dossier.Stage switch
    {
        VersionStage.HoldoutPassed => $"version {dossier.Version} passed on the hold-out",
        VersionStage.Shadowing => $"version {dossier.Version} passed on production and scores as a shadow",
        VersionStage.Ready => $"version {dossier.Version} passed as a shadow and may serve",
        VersionStage.Serving => $"version {dossier.Version} passed its watch",
        VersionStage.Refused => $"version {dossier.Version} was refused",
        VersionStage.Withdrawn => $"version {dossier.Version} was withdrawn",
        _ => $"version {dossier.Version} is {VersionLifecycle.Name(dossier.Stage)}",
    };

    internal static string Evidence(IReadOnlyList<VersionCheck> checks) => string.Join(' ', checks.Select(c => $"{c.Name}: {(c.Passed ? "" : "failed: ")}{c.Text}"));
}
