using Microsoft.Extensions.Primitives;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Export;

namespace ModelMonitor.Host.Http;

/// <summary>What the surroundings ask for: metrics and health. The only addresses of the metrics listener.</summary>
internal static class OperationsEndpoints
{
    /// <summary>A probe gives up before its kubelet does.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(2);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/metrics", MetricsAsync).WithName("Metrics").WithTags("operations").WithSummary("Every series, as Prometheus text or OpenMetrics.")
            .Produces<string>(200, "text/plain", "application/openmetrics-text");
        routes.MapGet("/health/live", () => Results.Text("live\n")).WithName("Live").WithTags("operations").WithSummary("200 while the process answers.")
            .Produces<string>(200, "text/plain");
        routes.MapGet("/health/ready", ReadyAsync).WithName("Ready").WithTags("operations").WithSummary("200 while deliveries can be taken, else 503 with the reason.")
            .Produces<string>(200, "text/plain").Produces(503, contentType: Problem.ContentType);
    }

    private static async Task MetricsAsync(HttpContext context, MetricsRegistry registry)
    {
        var format = MetricsRegistry.Negotiate(context.Request.Headers.Accept.ToString());
        context.Response.ContentType = MetricsRegistry.ContentType(format);
        context.Response.Headers.Vary = new StringValues("Accept");
        await registry.WriteAsync(context.Response.Body, format, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<IResult> ReadyAsync(HttpContext context, IStateStore store, StateWriter writer, MonitorOptions options, TimeProvider clock)
    {
        if (writer.QueuedRows >= options.Ingest.MaxQueuedRows) return new Problem(503, $"{writer.QueuedRows} rows wait for their commit; the queue is full.", 1);
        using var patience = new CancellationTokenSource(StorePatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        try
        {
            var reader = await store.OpenSnapshotAsync(either.Token).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false)) await reader.ReadMarkAsync("ready", either.Token).ConfigureAwait(false);
            return Results.Text("ready\n");
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            HttpLog.StoreSilent(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OperationsEndpoints).FullName!), e);
            return new Problem(503, "The state store does not answer.", 1);
        }
    }
}
