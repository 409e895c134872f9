using System.Security.Cryptography;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Scoring;

namespace ModelMonitor.Host.Hosting;

/// <summary>Opens at start whoever serves and whoever scores beside it, as the registry and the configuration say.</summary>
internal sealed class ModelOpening(MonitorOptions options, string stateFolder)
{
    /// <summary>Earlier versions whose labels are still counted.</summary>
    private const int MostEarlier = 8;

    private readonly ModelLoader _loader = new(new OnnxScorerFactory());
    private readonly List<string> _notes = [];

    /// <summary>What went otherwise than the registry says, one line each, for the log.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public VersionFiles Files { get; } = new(new ModelLoader(new OnnxScorerFactory()), options, stateFolder);

    /// <exception cref="ModelLoadException">A model cannot be monitored.</exception>
    public async Task<ModelCatalog> OpenAsync(IStateStore store, CancellationToken cancellationToken)
    {
        var models = new List<MonitoredModel>();
        await using var reader = await store.OpenSnapshotAsync(cancellationToken);
        try
        {
            foreach (var model in options.Models)
            {
                var versions = await reader.ReadVersionsAsync(model.Name, cancellationToken);
                var dossiers = await VersionDossier.ReadAsync(reader, model.Name, cancellationToken);
                CheckFile(model, versions);
                models.Add(Open(model, VersionPlan.Of(model.Version, versions, dossiers), cancellationToken));
            }

            return new ModelCatalog(models);
        }
        catch
        {
            new ModelCatalog(models).Dispose();
            throw;
        }
    }

    private MonitoredModel Open(ModelOptions configured, VersionPlan plan, CancellationToken cancellationToken)
    {
        var serving = plan.Serving is { } promoted ? OpenPromoted(configured, promoted, cancellationToken) : null;
        var opened = serving ?? _loader.LoadAll(configured, version => version.Version == configured.Version ? BaselineFiles.Remembered(stateFolder, configured.Name) : BaselineFiles.Remembered(stateFolder, configured.Name, version.Version), cancellationToken);
        var challengers = opened.Challengers.ToList();
        foreach (var shadow in plan.Serving is null || serving is not null ? plan.Shadows : [])
        {
            try
            {
                challengers.Add(Files.Open(shadow, cancellationToken));
            }
            catch (VersionUnusableException e)
            {
                _notes.Add($"version {shadow.Version} of {configured.Name} does not score beside {opened.Baseline.Version}: {e.Message}");
            }
        }

        foreach (var version in challengers.Prepend(opened)) Files.Remember(version);
        var scoring = challengers.Prepend(opened).Select(v => v.Baseline.Version).ToHashSet(StringComparer.Ordinal);
        return opened with { Challengers = challengers, Earlier = [.. plan.Earlier.Where(v => !scoring.Contains(v.Version)).Take(MostEarlier).Select(Files.Earlier).OfType<MonitoredModel>()] };
    }

    /// <summary>The version that the registry says serves, with the configured challengers beside it; null where its file is of no use any more.</summary>
    private MonitoredModel? OpenPromoted(ModelOptions configured, VersionDossier promoted, CancellationToken cancellationToken)
    {
        MonitoredModel serving;
        try
        {
            serving = Files.Open(promoted, cancellationToken);
        }
        catch (VersionUnusableException e)
        {
            _notes.Add($"version {promoted.Version} of {configured.Name} serves by the registry and cannot be opened: {e.Message}; version {configured.Version} of the configuration serves");
            return null;
        }

        _notes.Add($"version {promoted.Version} of {configured.Name} serves by the registry, and not version {configured.Version} of the configuration, which the registry knows: to go back, `modelmonitor rollback`; to go on, configure a version that it does not know");
        var challengers = new List<MonitoredModel>();
        try
        {
            foreach (var challenger in configured.Challengers.Where(c => c.Version != promoted.Version)) challengers.Add(_loader.Load(challenger, BaselineFiles.Remembered(stateFolder, configured.Name, challenger.Version), cancellationToken));
            return serving with { Challengers = challengers };
        }
        catch
        {
            foreach (var version in challengers.Prepend(serving)) version.Scorer?.Dispose();
            throw;
        }
    }

    /// <summary>A version is one file for ever, also where it does not serve.</summary>
    private static void CheckFile(ModelOptions model, IReadOnlyList<VersionRecord> versions)
    {
        if (model.Onnx is null || !File.Exists(model.Onnx) || versions.FirstOrDefault(v => v.Version == model.Version) is not { } known || known.Role == VersionRole.Champion) return;
        using var stream = File.OpenRead(model.Onnx);
        if (Convert.ToHexStringLower(SHA256.HashData(stream)) != known.ModelSha256)
            throw new ModelLoadException($"models.{model.Name}.version: version '{model.Version}' is known with another model file (sha256 {known.ModelSha256}): give the new file a new version");
    }
}
