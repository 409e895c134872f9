using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Plugins;
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
        await using var store = SqliteStore.Open(folder);
        var opening = new ModelOpening(options, folder.Folder);
        using var catalog = await opening.OpenAsync(store, cancellationToken);
        await using var app = MonitorApplication.Build(options, catalog, store, TimeProvider.System, scheduled: true, opening.Files, PluginLoader.Load(options.Plugins));
        foreach (var note in opening.Notes) Log.Opened(app.Logger, note);
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
}
