using Microsoft.AspNetCore.Http.Features;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Http;
using ModelMonitor.Host.Intake;

namespace ModelMonitor.Host.Flight;

/// <summary>Arrow Flight beside HTTP: on a listener of its own, where there is one.</summary>
internal static class FlightApi
{
    /// <summary>What a message has beside its body: descriptor, metadata, key. A batch that is too large is refused by its own limit, with a better text.</summary>
    private const int Beside = 1 << 20;

    public static void AddServices(IServiceCollection services, MonitorOptions options)
    {
        services.AddSingleton<FlightDirectory>();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = (int)Math.Min(options.Ingest.MaxRequestBytes + Beside, int.MaxValue);
            // Its route for unknown services would take the 405 of the HTTP API for its own.
            grpc.IgnoreUnknownServices = true;
        });
    }

    public static void Map(WebApplication app)
    {
        app.Use(HoldAsync);
        app.MapGrpcService<FlightService>();
    }

    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>A message counts against the memory for deliveries from its first byte: gRPC would hold all of it before this service sees any.</summary>
    private static async Task HoldAsync(HttpContext context, RequestDelegate next)
    {
        if (Listeners.Of(context) != Listener.Flight)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var body = new HeldBody(context.Request.BodyReader, context.RequestServices.GetRequiredService<BodyBudget>());
        using (body)
        {
            context.Features.Set<IRequestBodyPipeFeature>(body);
            await next(context).ConfigureAwait(false);
        }
    }
}
