using System.Text;
using Microsoft.Net.Http.Headers;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Intake;

namespace ModelMonitor.Host.Http;

/// <summary>The way in over HTTP: one request is one delivery, all or nothing, answered after its commit.</summary>
internal static class IngestEndpoints
{
    /// <summary>Routing refuses most other types itself; the problem says the same.</summary>
    public const string UnsupportedType = $"Content-Type must be {DeliveryIntake.ArrowStream} or {DeliveryIntake.Ndjson}.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Describe(routes.MapPost("/v1/models/{model}/predictions", PredictionsAsync), "SendPredictions")
            .WithSummary("Takes predictions: an Arrow IPC stream, or JSON lines.")
            .WithDescription("One request is one delivery, all or nothing; 200 comes after the commit. `?reply=scores` answers the scores as an Arrow stream (prediction_id, score; of a multiclass model prediction_id, class, probabilities). A repeated `Idempotency-Key` counts nothing again.")
            .Produces(200, contentType: DeliveryIntake.ArrowStream);
        Describe(routes.MapPost("/v1/models/{model}/labels", LabelsAsync), "SendLabels")
            .WithSummary("Takes ground truth: an Arrow IPC stream, or JSON lines.")
            .WithDescription("One request is one delivery, all or nothing; 200 comes after the commit. A label finds its prediction by the id, whichever comes first.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route, string name)
    {
        route.WithName(name).WithTags("ingest").Produces<object>(200, "application/json").Accepts<object>(DeliveryIntake.ArrowStream, DeliveryIntake.Ndjson);
        foreach (var status in new[] { 400, 404, 413, 415, 422, 429, 500, 503 }) route.Produces(status, contentType: Problem.ContentType);
        return route;
    }

    private static Task<IResult> PredictionsAsync(HttpContext context, string model) => TakeAsync(context, model, Streams.Predictions);

    private static Task<IResult> LabelsAsync(HttpContext context, string model) => TakeAsync(context, model, Streams.Labels);

    private static async Task<IResult> TakeAsync(HttpContext context, string name, string stream)
    {
        var services = context.RequestServices;
        var catalog = services.GetRequiredService<ModelCatalog>();
        if (catalog.Find(name) is not { } model) return QueryEndpoints.UnknownModel(catalog, name);
        if (MediaTypeOf(context.Request) is not { } mediaType) return new Problem(415, UnsupportedType);
        if (model.Learning is not null && mediaType == DeliveryIntake.Ndjson && stream == Streams.Predictions)
            return new Problem(422, $"Model '{name}' is still learning its baseline, which is what types JSON lines: send Arrow until then.");
        var keys = context.Request.Headers["Idempotency-Key"];
        if (keys.Count > 0 && !(keys.Count == 1 && DeliveryIntake.IsKey(keys[0])))
            return new Problem(400, $"Idempotency-Key must be {DeliveryIntake.KeyForm}.");
        var reply = context.Request.Query["reply"];
        if (reply.Count > 0 && !(stream == Streams.Predictions && reply == "scores"))
            return new Problem(400, stream == Streams.Predictions ? "reply must be 'scores', or be left out." : "Labels have no other reply.");

        var intake = services.GetRequiredService<DeliveryIntake>();
        var limit = services.GetRequiredService<MonitorOptions>().Ingest.MaxRequestBytes;
        if (context.Request.ContentLength > limit) return ToProblem(intake.TooLarge(model, stream));
        using var held = services.GetRequiredService<BodyBudget>().TryHold(context.Request.ContentLength ?? limit);
        if (held is null) return ToProblem(intake.Overloaded(model, stream, 1));
        ReadOnlyMemory<byte>? body;
        try
        {
            body = await RequestBody.ReadAsync(context.Request, limit).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            body = null;
        }

        if (body is not { } bytes) return ToProblem(intake.TooLarge(model, stream));
        var answer = await intake.TakeAsync(model, stream, bytes, mediaType, keys.Count > 0 ? keys.ToString() : null, scores: reply.Count > 0).ConfigureAwait(false);
        if (answer.Refusal is { } refusal) return ToProblem(refusal);
        return reply.Count > 0 ? Results.Bytes(answer.Scores, DeliveryIntake.ArrowStream) : Results.Text(ReplyJson.Write(answer.Reply!), "application/json", Encoding.UTF8);
    }

    private static Problem ToProblem(Refusal refusal) => new(StatusOf(refusal.Kind), refusal.Detail, refusal.Passes ? (int)Refusal.RetryAfter.TotalSeconds : null);

    private static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Malformed => StatusCodes.Status400BadRequest,
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.Overloaded => StatusCodes.Status429TooManyRequests,
        RefusalKind.NotCommitted => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    /// <summary>Null where the monitor does not read such a body.</summary>
    private static string? MediaTypeOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            ? type.MediaType.Equals(DeliveryIntake.ArrowStream, StringComparison.OrdinalIgnoreCase) ? DeliveryIntake.ArrowStream
            : type.MediaType.Equals(DeliveryIntake.Ndjson, StringComparison.OrdinalIgnoreCase) ? DeliveryIntake.Ndjson : null
            : null;
}
