using ModelMonitor.Core;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Forgets the files of versions that will not come back: a loop that trains every day would fill the disk. What is known of them stays.</summary>
public sealed class VersionRetention(ModelCatalog catalog, MonitorOptions options, IStateStore store, TimeProvider clock)
{
    /// <summary>Deletes files in the state folder of versions that are over for as long as captured rows are kept, and as old ones that no version has: of what was refused at the door, or of a process that died.</summary>
    public async Task ExpireFilesAsync(CancellationToken cancellationToken)
    {
        var before = Instant.From(clock.GetUtcNow()) - Instant.From(options.Retention.Captured);
        foreach (var model in catalog.Models)
        {
            var folder = Path.Combine(Path.GetFullPath(options.StateFolder), "models", model.Name);
            if (!Directory.Exists(folder)) continue;
            IReadOnlyList<VersionDossier> dossiers;
            var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false)) dossiers = await VersionDossier.ReadAsync(reader, model.Name, cancellationToken).ConfigureAwait(false);
            var (known, over) = (Paths(dossiers), Paths(Over(dossiers, before)));
            foreach (var file in Directory.EnumerateFiles(folder).Where(file => known.Contains(file) ? over.Contains(file) : Instant.From(new DateTimeOffset(File.GetLastWriteTimeUtc(file))) < before).ToArray()) File.Delete(file);
        }
    }

    private static HashSet<string> Paths(IEnumerable<VersionDossier> dossiers) => dossiers.Where(d => d.Onnx.Length > 0).Select(d => Path.GetFullPath(d.Onnx)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Neither serves nor is on its way, and is not the one to go back to.</summary>
    internal static IEnumerable<VersionDossier> Over(IReadOnlyList<VersionDossier> dossiers, long before)
    {
        var needed = dossiers.Where(d => VersionLifecycle.Serves(d.Stage) || VersionLifecycle.IsChallenger(d.Stage)).SelectMany(d => new[] { d.Version, d.Previous }).OfType<string>().ToHashSet(StringComparer.Ordinal);
        // The same file may have come under two names.
        var files = dossiers.Where(d => needed.Contains(d.Version)).Select(d => d.Onnx).ToHashSet(StringComparer.Ordinal);
        return dossiers.Where(d => d.Onnx.Length > 0 && d.StageSince < before && !needed.Contains(d.Version) && !files.Contains(d.Onnx));
    }
}
