using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Export;
using ModelMonitor.Host.Http;
using ModelMonitor.Host.Intake;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Scoring;
using ModelMonitor.Host.Tests.Scoring;

namespace ModelMonitor.Host.Tests.Http;

/// <summary>The real API over loopback, the flights model, a store in memory and a clock that stands behind the data.</summary>
public class ApiFixture : IAsyncLifetime
{
    private static readonly Lazy<(MonitorOptions Options, MonitoredModel Model)> Flights = new(Load);

    private WebApplication? _app;

    public HttpClient Client { get; private set; } = null!;

    public HttpClient Metrics { get; private set; } = null!;

    /// <summary>Where Arrow Flight listens.</summary>
    public Uri Flight { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    internal SwitchableStore Store { get; } = new(new InMemoryStore());

    public async ValueTask InitializeAsync()
    {
        var (loaded, model) = Flights.Value;
        var options = Adjust(loaded with { ListenHttp = "127.0.0.1:0", ListenMetrics = "127.0.0.1:0", ListenFlight = "127.0.0.1:0" });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => Listeners.Configure(kestrel, options));
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(new ModelCatalog([model]));
        services.AddSingleton<IStateStore>(Store);
        services.AddSingleton<TimeProvider>(new StandingClock());
        services.AddSingleton(new MetricsRegistry());
        services.AddSingleton<PrometheusTelemetry>();
        services.AddSingleton<ITelemetry>(s => s.GetRequiredService<PrometheusTelemetry>());
        services.AddSingleton(s => new StateWriter(
            Store, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ITelemetry>(), s.GetRequiredService<ILogger<StateWriter>>(), options.Ingest.MaxQueuedRows));
        services.AddSingleton<IngestService>();
        HttpApi.AddServices(services, options);
        _app = builder.Build();
        HttpApi.Map(_app);
        Services.GetRequiredService<ITelemetry>().ModelDeclared(model.Name, model.Baseline.Version, "champion", model.Scorer!.Provider, model.Scorer.Sha256);
        await _app.StartAsync();
        var addresses = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (Client, Metrics, Flight) = (new() { BaseAddress = new(addresses[0]) }, new() { BaseAddress = new(addresses[1]) }, new(addresses[2]));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Metrics.Dispose();
        await _app!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public async Task<HttpResponseMessage> SendAsync(
        byte[] body, string stream = "predictions", string type = DeliveryIntake.ArrowStream, string? key = null, string query = "", string model = "flights")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/models/{model}/{stream}{query}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await Client.SendAsync(request);
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path))!;

    /// <summary>What a test needs to be in the store beforehand.</summary>
    internal async Task WriteAsync(Func<IStateTransaction, Task> write)
    {
        await using var transaction = await Store.BeginAsync(CancellationToken.None);
        await write(transaction);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Evaluates every configured window, as its schedule would.</summary>
    public async Task EvaluateAsync()
    {
        using var evaluation = ActivatorUtilities.CreateInstance<EvaluationService>(Services);
        foreach (var window in Services.GetRequiredService<MonitorOptions>().Windows) await evaluation.RunAsync(window, CancellationToken.None);
    }

    protected virtual MonitorOptions Adjust(MonitorOptions options) => options;

    private static (MonitorOptions, MonitoredModel) Load()
    {
        var (options, faults) = MonitorConfiguration.Load(Cases.File("flights", "monitor.yaml"), new Dictionary<string, string>(), checkFiles: true);
        Assert.Empty(faults);
        return (options!, new ModelLoader(new OnnxScorerFactory()).Load(options!.Models[0]));
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2001, 7, 15, 0, 0, 0, TimeSpan.Zero);
    }
}

/// <summary>A store that can be told to fail.</summary>
internal sealed class SwitchableStore(IStateStore inner) : IStateStore
{
    public bool Fails { get => Error is not null; set => Error = value ? new IOException("The disk is full.") : null; }

    /// <summary>What every call throws; null: nothing.</summary>
    public Exception? Error { get; set; }

    /// <summary>A commit begins when this ends; null: at once.</summary>
    public Task? Turn { get; set; }

    public async ValueTask<IStateTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        if (Turn is { } turn) await turn;
        if (Error is { } error) throw error;
        return await inner.BeginAsync(cancellationToken);
    }

    public ValueTask<IStateReader> OpenSnapshotAsync(CancellationToken cancellationToken) =>
        Error is { } error ? throw error : inner.OpenSnapshotAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
