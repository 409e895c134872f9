using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Plugins;
using ModelMonitor.Host.Scoring;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Hosting;

/// <summary>`run`: locks the state folder, opens models and store, and serves until told to stop.</summary>
internal static class MonitorProcess
{
    /// <exception cref="ModelLoadException">A model cannot be monitored.</exception>
    /// <exception cref="StateStoreException">The state cannot be opened, or another process holds it.</exception>
    public static async Task<int> RunAsync(MonitorOptions options, CancellationToken cancellationToken)
    {
        using var folder = StateFolderLock.Acquire(options.StateFolder);
        using var catalog = OpenModels(options, folder.Folder, cancellationToken);
        await using var store = SqliteStore.Open(folder);
        await using var app = MonitorApplication.Build(options, catalog, store, TimeProvider.System, scheduled: true, PluginLoader.Load(options.Plugins));
        await app.Services.GetRequiredService<BaselineLearning>().RestoreAsync();
        await app.StartAsync(cancellationToken);
        foreach (var model in catalog.Models.Where(m => m.Learning is null))
            Log.Watching(app.Logger, model.Name, model.Baseline.Version, model.Scorer?.Provider ?? "logged scores", model.Baseline.Hash);
        // In the order of the listeners; Flight's is the last.
        if (options.ListenFlight is not null) Log.ListeningFlight(app.Logger, app.Urls.Last().Replace("http://", "grpc://", StringComparison.Ordinal));
        Log.Listening(app.Logger, string.Join(", ", options.ListenFlight is null ? app.Urls : app.Urls.SkipLast(1)));
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <summary>Opens every configured model; baselines that had to be made are kept in the state folder.</summary>
    public static ModelCatalog OpenModels(MonitorOptions options, string stateFolder, CancellationToken cancellationToken)
    {
        var loader = new ModelLoader(new OnnxScorerFactory());
        var models = new List<MonitoredModel>();
        try
        {
            foreach (var model in options.Models)
                models.Add(loader.LoadAll(model, version => version.Version == model.Version ? BaselineFiles.Remembered(stateFolder, model.Name) : BaselineFiles.Remembered(stateFolder, model.Name, version.Version), cancellationToken));
            return new ModelCatalog(models);
        }
        catch
        {
            foreach (var model in models.SelectMany(m => m.Versions))
            {
                model.Scorer?.Dispose();
                model.Ensemble?.Dispose();
            }

            throw;
        }
    }
}
