using ModelMonitor.Engine.Evaluating;
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

    /// <param name="exit">End after the replay instead of serving on.</param>
    /// <param name="listen">host:port; null: as the demo's configuration says.</param>
    /// <exception cref="ModelLoadException">The bundled files are not there.</exception>
    public static async Task<int> RunAsync(bool exit, string? listen, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var state = Directory.CreateTempSubdirectory("modelmonitor-demo-");
        try
        {
            await using var receiver = await HookReceiver.StartAsync(cancellationToken);
            var options = Configure(state.FullName, listen, receiver.Address);
            using var folder = StateFolderLock.Acquire(options.StateFolder);
            using var catalog = MonitorProcess.OpenModels(options, folder.Folder, cancellationToken);
            var deliveries = Replay.Read(catalog, DataFolder);
            var clock = new ReplayClock(Core.Instant.ToTime(deliveries[0].At));
            await using var store = SqliteStore.Open(folder);
            await using var app = MonitorApplication.Build(options, catalog, store, clock, scheduled: false, PluginLoader.Load(options.Plugins));
            await app.StartAsync(cancellationToken);
            var address = new Uri(app.Urls.First());
            var story = new DemoStory(console, catalog, receiver);
            story.Open(address);
            using var client = new HttpClient { BaseAddress = address };
            var evaluations = app.Services.GetRequiredService<EvaluationService>();
            evaluations.Evaluated += story.Remember;
            var replay = new Replay(catalog, options, evaluations, clock, client);
            await story.TellAsync(deliveries, progress => replay.RunAsync(deliveries, progress, cancellationToken));
            await story.CloseAsync(store, cancellationToken);
            if (exit) return 0;
            story.Serving(address);
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static MonitorOptions Configure(string stateFolder, string? listen, Uri receiver)
    {
        var (options, faults) = MonitorConfiguration.Load(Path.Combine(DataFolder, "monitor.yaml"), new Dictionary<string, string>());
        if (options is null) throw new ModelLoadException(string.Join('\n', faults));
        return options with
        {
            StateFolder = stateFolder,
            ListenHttp = listen ?? options.ListenHttp,
            Actions = [.. options.Actions.Select(a => a with { Url = new Uri(receiver, a.Name) })],
        };
    }
}
