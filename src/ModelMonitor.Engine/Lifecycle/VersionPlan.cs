using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Who serves and who shadows when the process starts. Pure.</summary>
/// <param name="Serving">The registry's champion, where it is another one than the configuration names; null: the configured version serves.</param>
/// <param name="Shadows">Who scores beside it: challengers, and the version before one that is watched.</param>
/// <param name="Earlier">Versions that served or shadowed and score no more, newest first.</param>
public sealed record VersionPlan(VersionDossier? Serving, IReadOnlyList<VersionDossier> Shadows, IReadOnlyList<VersionRecord> Earlier)
{
    /// <summary>A version in the configuration that the registry does not know becomes the champion; otherwise the registry says who it is.</summary>
    /// <remarks>Known is what served once, or came as a challenger. A version that the configuration let score beside another is known to score, not to serve: to configure it as the one that serves is a person's word.</remarks>
    public static VersionPlan Of(string configured, IReadOnlyList<VersionRecord> versions, IReadOnlyList<VersionDossier> dossiers)
    {
        ArgumentNullException.ThrowIfNull(versions);
        ArgumentNullException.ThrowIfNull(dossiers);
        var champion = versions.FirstOrDefault(v => v.Role == VersionRole.Champion)?.Version;
        var known = dossiers.Any(d => d.Version == configured) || versions.Any(v => v.Version == configured && v.Role != VersionRole.Challenger);
        var serving = champion is not null && champion != configured && known ? dossiers.FirstOrDefault(d => d.Version == champion) : null;
        var serves = serving?.Version ?? configured;
        var shadows = new List<VersionDossier>();
        // Challengers of a champion whose place a configured version takes have lost their opponent.
        if (champion == serves)
        {
            shadows.AddRange(dossiers.Where(d => VersionLifecycle.Shadows(d.Stage) && d.Champion == serves));
            if (dossiers.FirstOrDefault(d => d.Version == serves) is { Stage: VersionStage.Watched, Previous: { } previous } && dossiers.FirstOrDefault(d => d.Version == previous) is { } before) shadows.Add(before);
        }

        var earlier = versions.Where(v => v.Version != serves && shadows.All(s => s.Version != v.Version)).OrderByDescending(v => v.Since).ToArray();
        return new(serving, shadows, earlier);
    }
}
