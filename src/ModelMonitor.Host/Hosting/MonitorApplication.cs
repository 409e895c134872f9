using ModelMonitor.Engine;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Capture;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Actions;
using ModelMonitor.Host.Export;
using ModelMonitor.Host.Http;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Plugins;
using ModelMonitor.Host.Scheduling;

namespace ModelMonitor.Host.Hosting;

/// <summary>The composition root: the same for `run`, `demo` and the tests, which differ in their clock and in who fires the schedules.</summary>
internal static class MonitorApplication
{
    /// <param name="catalog">Opened models; disposed by the caller, after the application.</param>
    /// <param name="store">Disposed by the caller, after the application.</param>
    /// <param name="plugins">What was loaded; null: none.</param>
    /// <exception cref="ModelLoadException">A plugin that is required fails, or an action's hook is not there or refuses its options.</exception>
    /// <param name="files">Where versions lie that come while it runs.</param>
    /// <param name="scheduled">Whether Quartz fires the windows' schedules, and versions move on by themselves; a replay sees to both.</param>
    public static WebApplication Build(MonitorOptions options, ModelCatalog catalog, IStateStore store, TimeProvider clock, bool scheduled, IVersionFiles files, PluginCatalog? plugins = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(MonitorApplication).Assembly.GetName().Name });
        // Who starts it gets the exception and says it in one line; the log need not say it again with a trace.
        var started = false;
        builder.Logging.ClearProviders().AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-dd'T'HH:mm:ss'Z' ", true))
            .SetMinimumLevel(scheduled ? LogLevel.Information : LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => started && level >= LogLevel.Warning)
            .AddFilter(typeof(StateWriter).FullName, level => started && level >= LogLevel.Information)
            // Each try with its trace; whoever asked for the try says what came of it, in a line.
            .AddFilter("Polly", LogLevel.None)
            .AddFilter("Microsoft.Extensions.Http", LogLevel.Warning)
            .AddFilter("System.Net.Http", LogLevel.Warning)
            .AddFilter("Polly", LogLevel.Error)
            .AddFilter("Grpc", LogLevel.Warning)
            .AddFilter("Quartz", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => Listeners.Configure(kestrel, options));
        AddServices(builder.Services.AddSingleton(files), options, catalog, store, clock);
        if (scheduled) builder.Services.AddHostedService<LifecycleWorker>();
        var registered = (plugins ?? PluginCatalog.None).Register(builder.Services);
        if (registered.Faults.Where(fault => fault.Required).ToArray() is { Length: > 0 } missing) throw new ModelLoadException(string.Join('\n', missing.Select(fault => fault.ToString())));
        if (scheduled) builder.AddSchedules(options, clock);
        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => started = true);
        foreach (var fault in registered.Faults) Log.PluginFailed(app.Logger, fault.Name, fault.Path, fault.Reason);
        if (HookCheck.Faults(options, app.Services.GetServices<IRetrainHook>()) is { Count: > 0 } faults) throw new ModelLoadException(string.Join('\n', faults));
        HttpApi.Map(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, MonitorOptions options, ModelCatalog catalog, IStateStore store, TimeProvider clock)
    {
        services.AddSingleton(options).AddSingleton(catalog).AddSingleton(store).AddSingleton(clock);
        services.AddSingleton<IHostLifetime, CommandLifetime>();
        services.AddSingleton<MetricsRegistry>();
        services.AddSingleton<ITelemetry, PrometheusTelemetry>();
        services.AddSingleton<IEvaluationSink>(p => new PrometheusSink(p.GetRequiredService<MetricsRegistry>(), options.Windows.Count));
        services.AddSingleton(p => new StateWriter(store, clock, p.GetRequiredService<ITelemetry>(), p.GetRequiredService<ILogger<StateWriter>>(), options.Ingest.MaxQueuedRows));
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<BaselineLearning>(p, (Action<string, string>)BaselineFiles.Keep));
        services.AddSingleton<IngestService>();
        services.AddSingleton<EvaluationService>();
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<ReferenceAcceptance>(p, (Action<string, string>)AtomicFile.Write));
        services.AddSingleton<RetrainService>();
        services.AddSingleton<IMessagePreparation, CaptureExport>();
        services.AddSingleton<CaptureService>();
        services.AddSingleton<ChallengerIntake>();
        services.AddSingleton<VersionRetention>().AddSingleton<VersionAnnouncer>().AddSingleton<ShadowKeeper>().AddSingleton<TrainedModels>().AddSingleton<ReferenceRenewal>().AddSingleton<LifecycleService>();
        services.AddSingleton<OutboxDispatcher>();
        services.AddHooks();
        // Before the listeners open, so that no row meets a version that the registry does not know.
        services.AddHostedService<VersionRegistration>();
        services.AddHostedService<OutboxService>();
        HttpApi.AddServices(services, options);
    }
}
