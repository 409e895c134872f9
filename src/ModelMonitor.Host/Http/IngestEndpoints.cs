using System.IO.Hashing;
using System.Text;
using Apache.Arrow;
using Microsoft.Net.Http.Headers;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Http;

/// <summary>The way in over HTTP: one request is one delivery, all or nothing, answered after its commit.</summary>
internal static class IngestEndpoints
{
    public const string ArrowStream = "application/vnd.apache.arrow.stream";
    public const string Ndjson = "application/x-ndjson";

    /// <summary>Routing refuses most other types itself; the problem says the same.</summary>
    public const string UnsupportedType = $"Content-Type must be {ArrowStream} or {Ndjson}.";

    private const int MaxKeyLength = 256;
    private const int RetryAfterSeconds = 1;

    public static void Map(IEndpointRouteBuilder routes)
    {
        Describe(routes.MapPost("/v1/models/{model}/predictions", PredictionsAsync), "SendPredictions")
            .WithSummary("Takes predictions: an Arrow IPC stream, or JSON lines.")
            .WithDescription("One request is one delivery, all or nothing; 200 comes after the commit. `?reply=scores` answers the scores as an Arrow stream (prediction_id, score; of a multiclass model prediction_id, class, probabilities). A repeated `Idempotency-Key` counts nothing again.")
            .Produces(200, contentType: ArrowStream);
        Describe(routes.MapPost("/v1/models/{model}/labels", LabelsAsync), "SendLabels")
            .WithSummary("Takes ground truth: an Arrow IPC stream, or JSON lines.")
            .WithDescription("One request is one delivery, all or nothing; 200 comes after the commit. A label finds its prediction by the id, whichever comes first.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route, string name)
    {
        route.WithName(name).WithTags("ingest").Produces<object>(200, "application/json").Accepts<object>(ArrowStream, Ndjson);
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
        if (model.Learning is not null && mediaType == Ndjson && stream == Streams.Predictions)
            return new Problem(422, $"Model '{name}' is still learning its baseline, which is what types JSON lines: send Arrow until then.");
        var keys = context.Request.Headers["Idempotency-Key"];
        if (keys.Count > 0 && !IsKey(keys))
            return new Problem(400, $"Idempotency-Key must be one value of 1 to {MaxKeyLength} printable ASCII characters.");
        var reply = context.Request.Query["reply"];
        if (reply.Count > 0 && !(stream == Streams.Predictions && reply == "scores"))
            return new Problem(400, stream == Streams.Predictions ? "reply must be 'scores', or be left out." : "Labels have no other reply.");

        var options = services.GetRequiredService<MonitorOptions>();
        var telemetry = services.GetRequiredService<ITelemetry>();
        var limit = options.Ingest.MaxRequestBytes;
        if (context.Request.ContentLength > limit) return TooLarge(model, stream, limit, telemetry);
        using var held = services.GetRequiredService<BodyBudget>().TryHold(context.Request.ContentLength ?? limit);
        if (held is null) return Overloaded(model, stream, 1, telemetry);
        ReadOnlyMemory<byte>? body;
        try
        {
            body = await RequestBody.ReadAsync(context.Request, limit).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            body = null;
        }

        if (body is not { } bytes) return TooLarge(model, stream, limit, telemetry);
        DeliveryIdentity? identity = keys.Count > 0 ? new(keys.ToString(), HashOf(mediaType, bytes.Span)) : null;
        using var delivery = new Delivery();
        try
        {
            delivery.Read(bytes, mediaType == Ndjson, model.Schema, ArrowLimits.Request with { MaxDecodedBytes = options.Ingest.MaxDecodedBytes });
            var ingest = services.GetRequiredService<IngestService>();
            return stream == Streams.Labels ? await LabelsAsync().ConfigureAwait(false) : await PredictionsAsync().ConfigureAwait(false);

            async Task<IResult> LabelsAsync() =>
                await ingest.LabelsAsync(model, delivery.Batches, identity).ConfigureAwait(false) is { } taken
                    ? Json(taken) : Overloaded(model, stream, delivery.Rows, telemetry);

            async Task<IResult> PredictionsAsync()
            {
                if (await ingest.PredictionsAsync(model, delivery.Batches, identity).ConfigureAwait(false) is not { } taken)
                    return Overloaded(model, stream, delivery.Rows, telemetry);
                if (reply.Count == 0) return Json(taken.Reply);
                // Written out here: the batches are given back before a result runs.
                return Results.Bytes(await ScoresReply.WriteAsync(taken.Batches, model.Options.Columns.Id, model.Baseline.Shape.Classes).ConfigureAwait(false), ArrowStream);
            }
        }
        catch (IntakeException e)
        {
            telemetry.RowsRejected(model.Name, stream, "malformed", Math.Max(1, delivery.Rows));
            return new Problem(e.Malformed ? 400 : 422, e.Message);
        }
        catch (DeliveryConflictException e)
        {
            telemetry.RowsRejected(model.Name, stream, "conflict", Math.Max(1, delivery.Rows));
            return new Problem(422, e.Message);
        }
        catch (Exception e) when (StoreFailure.Is(e))
        {
            HttpLog.NotCommitted(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(IngestEndpoints).FullName!), e, model.Name);
            return new Problem(503, "The delivery could not be committed; nothing was taken. Send it again.", RetryAfterSeconds);
        }
    }

    private static IResult Json(IngestReply reply) => Results.Text(ReplyJson.Write(reply), "application/json", Encoding.UTF8);

    private static Problem Overloaded(MonitoredModel model, string stream, long rows, ITelemetry telemetry)
    {
        telemetry.RowsRejected(model.Name, stream, "overloaded", Math.Max(1, rows));
        return new Problem(429, "Too much is waiting for its commit; nothing was taken. Send it again later.", RetryAfterSeconds);
    }

    private static Problem TooLarge(MonitoredModel model, string stream, long limit, ITelemetry telemetry)
    {
        telemetry.RowsRejected(model.Name, stream, "too_large", 1);
        return new Problem(413, $"The body is larger than the {limit} bytes that one request may have; split it.");
    }

    /// <summary>Null where the monitor does not read such a body.</summary>
    private static string? MediaTypeOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            ? type.MediaType.Equals(ArrowStream, StringComparison.OrdinalIgnoreCase) ? ArrowStream
            : type.MediaType.Equals(Ndjson, StringComparison.OrdinalIgnoreCase) ? Ndjson : null
            : null;

    private static bool IsKey(Microsoft.Extensions.Primitives.StringValues keys) =>
        keys is [{ Length: >= 1 and <= MaxKeyLength } key] && key.All(c => c is >= ' ' and <= '~');

    private static UInt128 HashOf(string mediaType, ReadOnlySpan<byte> body)
    {
        var hash = new XxHash128();
        hash.Append(Encoding.ASCII.GetBytes(mediaType + "\n"));
        hash.Append(body);
        return hash.GetCurrentHashAsUInt128();
    }

    /// <summary>The batches of one body, given back together.</summary>
    private sealed class Delivery : IDisposable
    {
        private readonly List<RecordBatch> _batches = [];
        private ArrowBatches? _stream;

        public IReadOnlyList<RecordBatch> Batches => _batches;

        /// <summary>Rows read so far.</summary>
        public long Rows => _batches.Sum(b => (long)b.Length);

        public void Read(ReadOnlyMemory<byte> body, bool ndjson, IntakeSchema schema, ArrowLimits limits)
        {
            if (ndjson)
            {
                _batches.AddRange(NdjsonReader.Read(body.Span, schema, limits));
                return;
            }

            _stream = ArrowBatches.Open(body, limits);
            while (_stream.Next() is { } batch) _batches.Add(batch);
        }

        public void Dispose()
        {
            foreach (var batch in _batches) batch.Dispose();
            _stream?.Dispose();
        }
    }
}
