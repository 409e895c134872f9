using Microsoft.AspNetCore.Connections;

namespace ModelMonitor.Host.Http;

/// <summary>Turns what escapes the end points into problem documents: exceptions, and the framework's bare 404, 405 and 415.</summary>
internal static class ProblemPages
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException || (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested))
        {
            // The client is gone: nobody to answer, and no fault of the monitor.
            return;
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, e.StatusCode, e.Message).ConfigureAwait(false);
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ProblemPages).FullName!);
            HttpLog.Unhandled(logger, e, context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await Problem.WriteAsync(context, StatusCodes.Status500InternalServerError, "The monitor failed to answer; its log says why.").ConfigureAwait(false);
            return;
        }

        var response = context.Response;
        if (response.StatusCode < 400 || response.HasStarted || response.ContentLength is not null || !string.IsNullOrEmpty(response.ContentType)) return;
        await Problem.WriteAsync(context, response.StatusCode, DetailOf(context)).ConfigureAwait(false);
    }

    private static string DetailOf(HttpContext context)
    {
        return context.Response.StatusCode switch
        {
            404 => "There is nothing at this address; /openapi/v1.json lists what there is.",
            405 => $"This address does not answer {context.Request.Method}; it answers {context.Response.Headers.Allow}.",
            415 when Ends("/predictions") || Ends("/labels") => IngestEndpoints.UnsupportedType,
            415 => $"Content-Type must be {(Ends("/versions") ? VersionEndpoints.Onnx : "application/json")}.",
            _ => "The request cannot be answered.",
        };

        bool Ends(string path) => context.Request.Path.Value?.EndsWith(path, StringComparison.Ordinal) == true;
    }
}
