using ModelMonitor.Host.Flight;

namespace ModelMonitor.Host.Http;

/// <summary>Answers 404 to what a listener is not for, whatever is mapped later: metrics and health are read-only, Flight is gRPC and nothing else is.</summary>
internal static class ListenerGuard
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) => Listeners.Of(context) switch
    {
        Listener.Metrics when !IsOpen(context.Request) => Problem.WriteAsync(context, StatusCodes.Status404NotFound, "This listener answers only /metrics and /health/*."),
        Listener.Flight when !FlightApi.IsGrpc(context.Request) => Problem.WriteAsync(context, StatusCodes.Status404NotFound, "This listener answers only Arrow Flight, which is gRPC."),
        Listener.Http when FlightApi.IsGrpc(context.Request) => Problem.WriteAsync(context, StatusCodes.Status404NotFound, "Arrow Flight has a listener of its own: listen.flight."),
        _ => next(context),
    };

    private static bool IsOpen(HttpRequest request) =>
        request.Path.Equals("/metrics", StringComparison.Ordinal) || request.Path.StartsWithSegments("/health", StringComparison.Ordinal);
}
