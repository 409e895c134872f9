using System.Text;
using ModelMonitor.Core;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Http.Page;

/// <summary>`GET /`: how the models are doing, for people.</summary>
internal static class PageEndpoints
{
    /// <summary>The page's own style is all that it needs: were a name ever to slip through unencoded, it still could do nothing.</summary>
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", OverviewAsync).ExcludeFromDescription();

    private static Task<IResult> OverviewAsync(HttpContext context, ModelCatalog catalog, MonitorOptions options, TimeProvider clock) =>
        QueryEndpoints.ReadAsync(context, async (reader, cancellationToken) =>
        {
            var view = await OverviewReader.ReadAsync(reader, catalog, options, Instant.From(clock.GetUtcNow()), cancellationToken).ConfigureAwait(false);
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers.CacheControl = "no-store";
            return Results.Text(OverviewPage.Render(view), "text/html", Encoding.UTF8);
        });
}
