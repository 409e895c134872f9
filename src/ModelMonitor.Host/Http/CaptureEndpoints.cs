using System.Text;
using System.Text.Json.Nodes;
using ModelMonitor.Engine.Capture;
using ModelMonitor.Engine.Models;

namespace ModelMonitor.Host.Http;

/// <summary>Erases captured predictions.</summary>
internal static class CaptureEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.MapDelete("/v1/models/{model}/captured/{id}", EraseAsync).ForOperators().WithName("EraseCaptured").WithTags("lifecycle")
            .WithSummary("Takes a prediction out of the captured rows and out of the files of retrain requests. ?by=… for the record. Answers how many rows went; 0 where it was not captured.")
            .Produces<object>(200, "application/json").Produces(404, contentType: Problem.ContentType);
    }

    private static async Task<IResult> EraseAsync(HttpContext context, ModelCatalog catalog, string model, string id, string? by)
    {
        if (catalog.Find(model) is null) return QueryEndpoints.UnknownModel(catalog, model);
        var erased = await context.RequestServices.GetRequiredService<CaptureService>().EraseAsync(model, id, string.IsNullOrWhiteSpace(by) ? "api" : by, context.RequestAborted).ConfigureAwait(false);
        return Results.Text(new JsonObject { ["erased"] = erased }.ToJsonString(), "application/json", Encoding.UTF8);
    }
}
