using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Hosting;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Plugins;
using ModelMonitor.Host.Store;
using Spectre.Console;

namespace ModelMonitor.Host.Demo;

/// <summary>`demo`: the bundled case through the same composition root as `run`, on a clock that the data step.</summary>
internal static class DemoProcess
{
    private static readonly string DataFolder = Path.Combine(AppContext.BaseDirectory, "Demo", "Data");

    /// <param name="closedLoop">Retrains, tests and promotes too.</param>
    /// <param name="exit">End after the replay instead of serving on.</param>
    /// <param name="listen">host:port; null: as the demo's configuration says.</param>
    /// <exception cref="ModelLoadException">The bundled files are not there.</exception>
    public static async Task<int> RunAsync(bool closedLoop, bool exit, string? listen, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var state = Directory.CreateTempSubdirectory("modelmonitor-demo-");
        try
        {
            await using var receiver = await HookReceiver.StartAsync(cancellationToken);
            var options = Configure(closedLoop ? "closed-loop.yaml" : "monitor.yaml", state.FullName, listen, receiver.Address);
            using var folder = StateFolderLock.Acquire(options.StateFolder);
            await using var store = SqliteStore.Open(folder);
            var opening = new ModelOpening(options, folder.Folder);
            using var catalog = await opening.OpenAsync(store, cancellationToken);
            var deliveries = Replay.Read(catalog, DataFolder);
            var clock = new ReplayClock(Core.Instant.ToTime(deliveries[0].At));
            await using var app = MonitorApplication.Build(options, catalog, store, clock, scheduled: false, opening.Files, PluginLoader.Load(options.Plugins));
            await app.StartAsync(cancellationToken);
            var address = new Uri(app.Urls.First());
            ReplayStory story = closedLoop ? new ClosedLoopStory(console, store, catalog) : new DemoStory(console, store, catalog, receiver);
            story.Open(address);
            using var client = new HttpClient { BaseAddress = address };
            var evaluations = app.Services.GetRequiredService<EvaluationService>();
            evaluations.Evaluated += story.Remember;
            var lifecycle = app.Services.GetRequiredService<LifecycleService>();
            var replay = new Replay(catalog, options, evaluations, new VersionSteps(lifecycle, catalog, options, store), clock, client);
            await story.TellAsync(deliveries, progress => replay.RunAsync(deliveries, progress, cancellationToken), cancellationToken);
            if (exit) return 0;
            using var worker = new LifecycleWorker(lifecycle);
            await worker.StartAsync(cancellationToken);
            story.Serving(address);
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static MonitorOptions Configure(string file, string stateFolder, string? listen, Uri receiver)
    {
        var (options, faults) = MonitorConfiguration.Load(Path.Combine(DataFolder, file), new Dictionary<string, string>());
        if (options is null) throw new ModelLoadException(string.Join('\n', faults));
        return options with
        {
            StateFolder = stateFolder,
            ListenHttp = listen ?? options.ListenHttp,
            Actions = [.. options.Actions.Select(a => a.Url is null ? a : a with { Url = new Uri(receiver, a.Name) })],
        };
    }
}
