using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Flight;
using ModelMonitor.Host.Intake;
using ModelMonitor.Host.Pages;

namespace ModelMonitor.Host.Http;

/// <summary>All that listens: ingest over HTTP and Flight, queries, metrics, health, the page and the description.</summary>
internal static class HttpApi
{
    /// <summary>Registers what the end points need of their own.</summary>
    public static IServiceCollection AddServices(IServiceCollection services, MonitorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton<BodyBudget>().AddSingleton<DeliveryIntake>().AddSingleton<ReportGate>();
        if (options.ListenFlight is not null) FlightApi.AddServices(services, options);
        return services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Model Monitor";
            // The address is whatever the reader reached it by.
            document.Servers?.Clear();
            return Task.CompletedTask;
        }));
    }

    /// <summary>Maps everything.</summary>
    /// <remarks>
    /// Takes from the services, all singletons: ModelCatalog, MonitorOptions, IngestService, StateWriter, IStateStore, ITelemetry,
    /// MetricsRegistry, TimeProvider, and what <see cref="AddServices"/> adds.
    /// </remarks>
    public static void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(ProblemPages.InvokeAsync);
        app.Use(ListenerGuard.InvokeAsync);
        IngestEndpoints.Map(app);
        QueryEndpoints.Map(app);
        AcceptEndpoint.Map(app);
        RetrainEndpoints.Map(app);
        CaptureEndpoints.Map(app);
        VersionEndpoints.Map(app);
        OperationsEndpoints.Map(app);
        PageEndpoints.Map(app);
        if (app.Services.GetRequiredService<MonitorOptions>().ListenFlight is not null) FlightApi.Map(app);
        app.MapOpenApi("/openapi/{documentName}.json");
    }
}
