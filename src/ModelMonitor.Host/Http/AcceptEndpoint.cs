using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Http;

/// <summary>`POST /v1/models/{model}/accept`: what `accept` asks a running monitor to do.</summary>
internal static class AcceptEndpoint
{
    private const int MaxBody = 4096;
    private const int MaxName = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var route = routes.MapPost("/v1/models/{model}/accept", AcceptAsync).ForOperators().WithName("Accept").WithTags("operations").Produces<object>(200, "application/json")
            .WithSummary("Makes the production of a window the new drift reference: {\"window\": a configured window or START..END, \"by\": who}.");
        foreach (var status in new[] { 400, 404, 422, 500, 503 }) route.Produces(status, contentType: Problem.ContentType);
    }

    /// <summary>What was accepted, as the answer and the record say it.</summary>
    public static JsonObject ToJson(MonitoredModel model)
    {
        var accepted = model.Baseline.Accepted!;
        return new()
        {
            ["model"] = model.Name,
            ["version"] = model.Baseline.Version,
            ["window"] = accepted.Window,
            ["start"] = EvaluationJson.Time(accepted.Start),
            ["end"] = EvaluationJson.Time(accepted.End),
            ["rows"] = accepted.Rows,
            ["label_rows"] = accepted.LabelRows,
            ["at"] = EvaluationJson.Time(accepted.At),
            ["by"] = accepted.By,
        };
    }

    private static async Task<IResult> AcceptAsync(HttpContext context, string model)
    {
        var services = context.RequestServices;
        var catalog = services.GetRequiredService<ModelCatalog>();
        if (catalog.Find(model) is null) return QueryEndpoints.UnknownModel(catalog, model);
        if (await ReadAsync(context.Request).ConfigureAwait(false) is not { } request) return new Problem(400, "The body must be JSON such as {\"window\": \"day\", \"by\": \"alice\"}.");
        try
        {
            // Once begun it is finished: a client that hangs up leaves no half of it.
            var accepted = await services.GetRequiredService<ReferenceAcceptance>().AcceptAsync(model, request.Window, request.By, CancellationToken.None).ConfigureAwait(false);
            // What is exported belongs to the old reference until it is evaluated again.
            await services.GetRequiredService<EvaluationService>().RunAsync(accepted, CancellationToken.None).ConfigureAwait(false);
            return Results.Text(ToJson(accepted).ToJsonString(), "application/json", Encoding.UTF8);
        }
        catch (AcceptRefusedException e)
        {
            return new Problem(422, e.Message);
        }
        catch (Exception e) when (StoreFailure.Is(e) || e is UnauthorizedAccessException)
        {
            HttpLog.StoreSilent(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AcceptEndpoint).FullName!), e);
            return new Problem(503, $"Nothing was accepted: {e.Message}", retryAfterSeconds: 1);
        }
    }

    private static async Task<(string Window, string By)?> ReadAsync(HttpRequest request)
    {
        try
        {
            if (await RequestBody.ReadAsync(request, MaxBody).ConfigureAwait(false) is not { } body) return null;
            var json = JsonNode.Parse(body.Span) as JsonObject;
            var (window, by) = ((string?)json?["window"], (string?)json?["by"] ?? "http");
            return window is { Length: > 0 and <= MaxName } && by.Length is > 0 and <= MaxName && !by.Any(char.IsControl) ? (window, by) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or BadHttpRequestException)
        {
            return null;
        }
    }
}
