using ModelMonitor.Core;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>A version that was made for the world of today and proved itself there is compared with that world, and no more with the one in which its predecessor was trained.</summary>
/// <remarks>The baseline itself says whether it happened, so that a process killed anywhere does it again or not at all.</remarks>
public sealed class ReferenceRenewal(ReferenceAcceptance acceptance, MonitorOptions options)
{
    /// <summary>Accepts the production of the configured window as the reference of the version that serves, if it came as a challenger, passed its watch and served for that long.</summary>
    /// <returns>What it waits for; null: nothing is to be done, or it is done.</returns>
    /// <exception cref="IOException">The baseline cannot be written; nothing was changed.</exception>
    public async Task<string?> RenewAsync(MonitoredModel serving, VersionDossier dossier, long now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serving);
        ArgumentNullException.ThrowIfNull(dossier);
        if (serving.Options.Promotion.Accept is not { } name || dossier is not { Stage: VersionStage.Serving, PromotedAt: { } promoted } || serving.Baseline.Accepted is not null) return null;
        var window = options.Windows.First(w => w.Name == name);
        if (now < promoted + Instant.From(window.Size)) return $"a whole window {name} since its promotion, to make it the reference";
        try
        {
            await acceptance.AcceptAsync(serving.Name, name, "promotion", cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (AcceptRefusedException e)
        {
            return $"a reference: {e.Message}";
        }
    }
}
