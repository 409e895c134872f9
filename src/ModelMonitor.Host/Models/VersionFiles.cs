using Apache.Arrow;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Files;

namespace ModelMonitor.Host.Models;

/// <summary>Versions as files: of the configuration where it names them, else in the state folder, with a baseline of their own there.</summary>
internal sealed class VersionFiles(ModelLoader loader, MonitorOptions options, string stateFolder) : IVersionFiles
{
    public MonitoredModel Open(VersionDossier dossier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dossier);
        var configured = Configured(dossier.Model);
        MonitoredModel opened;
        try
        {
            opened = dossier.Version == configured.Version
                ? loader.Load(configured with { Challengers = [], Onnx = Available(dossier, configured.Onnx) }, BaselineFiles.Remembered(stateFolder, dossier.Model), cancellationToken)
                : loader.Load(OptionsOf(configured, dossier), BaselineFiles.Remembered(stateFolder, dossier.Model, dossier.Version), cancellationToken);
        }
        catch (ModelLoadException e)
        {
            throw new VersionUnusableException(e.Message, e);
        }

        var reason = opened.Learning is not null ? "the model learned its baseline from production: there are no reference rows to make one of this version with"
            : (opened.Scorer?.Sha256 ?? "") != dossier.Sha256 ? $"{opened.Options.Onnx} is another file than the one that came (sha256 {dossier.Sha256})"
            : null;
        try
        {
            if (reason is not null) throw new VersionUnusableException(reason);
            Remember(opened);
            return opened;
        }
        catch
        {
            opened.Scorer?.Dispose();
            opened.Ensemble?.Dispose();
            throw;
        }
    }

    public IEnumerable<RecordBatch>? Holdout(string model) => Configured(model).Reference?.Holdout is { } path ? DataFile.ReadAll(path) : null;

    public string Keep(VersionDossier dossier)
    {
        ArgumentNullException.ThrowIfNull(dossier);
        var kept = Path.Combine(stateFolder, "models", dossier.Model, dossier.Sha256 + ".onnx");
        if (File.Exists(kept)) return kept;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            var made = kept + "." + Guid.NewGuid().ToString("N");
            File.Copy(dossier.Onnx, made);
            File.Move(made, kept, overwrite: true);
            return kept;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VersionUnusableException(e.Message, e);
        }
    }

    /// <summary>Keeps the baseline of a version beside the state, so that labels of its predictions are counted when it scores no more.</summary>
    public void Remember(MonitoredModel version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var path = BaselineFiles.Remembered(stateFolder, version.Name, version.Baseline.Version);
        if (version.BaselineFile == path || version.Learning is not null) return;
        BaselineFiles.Keep(path, BaselineJson.Write(version.Baseline));
    }

    /// <summary>A version that scores no more, with the baseline that its state was counted on; null where that is not known any more.</summary>
    public MonitoredModel? Earlier(VersionRecord version)
    {
        ArgumentNullException.ThrowIfNull(version);
        try
        {
            var baseline = BaselineJson.Read(File.ReadAllText(BaselineFiles.Remembered(stateFolder, version.Model, version.Version)));
            return baseline.Hash == version.BaselineHash ? new MonitoredModel(Configured(version.Model) with { Version = version.Version, Challengers = [], Classes = baseline.Shape.Classes.Count > 0 ? baseline.Shape.Classes : null }, baseline, null) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BaselineFormatException)
        {
            return null;
        }
    }

    private ModelOptions Configured(string model) => options.Models.First(m => m.Name == model);

    /// <summary>What came to replace a version reads what it reads and puts out what it puts out.</summary>
    private static ModelOptions OptionsOf(ModelOptions configured, VersionDossier dossier) => configured with
    {
        Version = dossier.Version,
        Onnx = Available(dossier, null),
        Ensemble = [],
        Challengers = [],
        // The user's file is of the user's version.
        Baseline = "",
        LearnFrom = null,
        GateRefuses = false,
    };

    /// <summary>The file of the configuration may be of another version by now; what was kept is not.</summary>
    private static string Available(VersionDossier dossier, string? configured) =>
        File.Exists(dossier.Onnx) ? dossier.Onnx : configured is not null && File.Exists(configured) ? configured : throw new VersionUnusableException($"there is no file {dossier.Onnx} any more");
}
