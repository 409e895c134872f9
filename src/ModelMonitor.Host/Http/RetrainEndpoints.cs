using System.Text;
using System.Text.Json.Nodes;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Retraining;

namespace ModelMonitor.Host.Http;

/// <summary>Retrain requests: what became of them, and one by hand.</summary>
internal static class RetrainEndpoints
{
    private const int Most = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.MapGet("/v1/models/{model}/retrains", ListAsync).WithName("RetrainRequests").WithTags("lifecycle")
            .WithSummary("Retrain requests, newest first: what asked, the diagnosis, where it stands, what came of it.").Produces<object>(200, "application/json").Produces(404, contentType: Problem.ContentType);
        routes.MapPost("/v1/models/{model}/retrain", RequestAsync).ForOperators().WithName("Retrain").WithTags("lifecycle")
            .WithSummary("Asks for a new version: { \"by\": \"alice\", \"reason\": \"…\" }. 409 where one is not settled, or the day's budget is spent.")
            .Accepts<object>("application/json").Produces<object>(202, "application/json").Produces(404, contentType: Problem.ContentType).Produces(409, contentType: Problem.ContentType);
        routes.MapGet(RetrainMessage.SchemaPath, () => Results.Text(RetrainMessage.Schema(), "application/schema+json", Encoding.UTF8)).WithName("RetrainRequestSchema").WithTags("lifecycle")
            .WithSummary("The JSON Schema of a retrain request's data.");
    }

    public static JsonObject ToJson(RetrainRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new()
        {
            ["key"] = request.Key,
            ["model"] = request.Model,
            ["version"] = request.Version,
            ["trigger"] = request.Trigger,
            ["reason"] = request.Reason,
            ["diagnosis"] = request.Diagnosis,
            ["hook"] = request.Hook,
            ["status"] = request.Status,
            ["requested"] = EvaluationJson.Time(request.RequestedAt),
            ["updated"] = EvaluationJson.Time(request.UpdatedAt),
            ["expires"] = EvaluationJson.Time(request.ExpiresAt),
            ["error"] = request.Error,
            ["challenger"] = request.Challenger,
        };
    }

    private static Task<IResult> ListAsync(HttpContext context, ModelCatalog catalog, string model) => catalog.Find(model) is null
        ? Task.FromResult<IResult>(QueryEndpoints.UnknownModel(catalog, model))
        : QueryEndpoints.ReadAsync(context, async (reader, cancellationToken) =>
        {
            var requests = await RetrainRequests.ReadAsync(reader, model, Most, cancellationToken).ConfigureAwait(false);
            return Json(new JsonArray([.. requests.Select(r => (JsonNode)ToJson(r))]), 200);
        });

    private static async Task<IResult> RequestAsync(HttpContext context, ModelCatalog catalog, string model)
    {
        if (catalog.Find(model) is null) return QueryEndpoints.UnknownModel(catalog, model);
        if (await PersonalRequest.ReadAsync(context).ConfigureAwait(false) is not { } request) return PersonalRequest.Malformed;
        if (request.By is null) return PersonalRequest.Nobody;
        try
        {
            var key = await context.RequestServices.GetRequiredService<RetrainService>().RequestAsync(model, request.By, request.Reason, context.RequestAborted).ConfigureAwait(false);
            return Json(new JsonObject { ["key"] = key, ["model"] = model }, 202);
        }
        catch (RetrainRefusedException e)
        {
            return new Problem(409, char.ToUpperInvariant(e.Message[0]) + e.Message[1..] + ".");
        }
    }

    private static IResult Json(JsonNode json, int status) => Results.Text(json.ToJsonString(), "application/json", Encoding.UTF8, status);
}
