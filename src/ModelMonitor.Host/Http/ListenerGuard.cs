namespace ModelMonitor.Host.Http;

/// <summary>Answers 404 on the metrics listener for everything but metrics and health: read-only, whatever is mapped later.</summary>
internal static class ListenerGuard
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (Listeners.Of(context) == Listener.Http || IsOpen(context.Request)) return next(context);
        return Problem.WriteAsync(context, StatusCodes.Status404NotFound, "This listener answers only /metrics and /health/*.");
    }

    private static bool IsOpen(HttpRequest request) =>
        request.Path.Equals("/metrics", StringComparison.Ordinal) || request.Path.StartsWithSegments("/health", StringComparison.Ordinal);
}
