using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Http;

/// <summary>Challengers: the call-back of retrain requests, or a file that somebody hands in.</summary>
internal static class VersionEndpoints
{
    private const long MaxModelBytes = 2L << 30;
    private const string Onnx = "application/octet-stream";

    public static void Map(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.MapPost("/v1/models/{model}/versions", AddAsync).WithName("AddVersion").WithTags("lifecycle")
            .WithSummary("Hands in a challenger: the body is its ONNX file. ?version= its name (else named after the champion), ?request= the retrain request that it answers, ?by= who. The same file again is the same challenger.")
            .Accepts<byte[]>(Onnx).Produces<object>(202, "application/json")
            .Produces(404, contentType: Problem.ContentType).Produces(409, contentType: Problem.ContentType).Produces(413, contentType: Problem.ContentType).Produces(415, contentType: Problem.ContentType);
    }

    public static JsonObject ToJson(VersionDossier dossier)
    {
        ArgumentNullException.ThrowIfNull(dossier);
        return new()
        {
            ["version"] = dossier.Version,
            ["stage"] = StageName(dossier.Stage),
            ["since"] = EvaluationJson.Time(dossier.StageSince),
            ["received"] = EvaluationJson.Time(dossier.ReceivedAt),
            ["champion"] = dossier.Champion,
            ["attempt"] = dossier.Attempt,
            ["source"] = dossier.Source,
            ["request"] = dossier.Request,
            ["sha256"] = dossier.Sha256,
            ["checks"] = new JsonArray([.. dossier.Checks.Select(c => (JsonNode)new JsonObject { ["name"] = c.Name, ["passed"] = c.Passed, ["text"] = c.Text })]),
            ["report"] = dossier.Report is null ? null : JsonNode.Parse(dossier.Report),
        };
    }

    public static string StageName(VersionStage stage) => string.Concat(stage.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    private static async Task<IResult> AddAsync(HttpContext context, ModelCatalog catalog, MonitorOptions options, string model, string? version, string? request, string? by)
    {
        if (catalog.Find(model) is null) return QueryEndpoints.UnknownModel(catalog, model);
        if (context.Request.ContentType is { } type && !type.StartsWith(Onnx, StringComparison.OrdinalIgnoreCase)) return new Problem(415, $"The body must be an ONNX file, {Onnx}; it is {type}.");
        if (context.Request.ContentLength > MaxModelBytes) return TooLarge();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxModelBytes;
        var folder = Directory.CreateDirectory(Path.Combine(options.StateFolder, "models", model)).FullName;
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.upload");
        try
        {
            await using (var stream = File.Create(file)) await context.Request.Body.CopyToAsync(stream, context.RequestAborted).ConfigureAwait(false);
            if (new FileInfo(file).Length == 0) return new Problem(400, "The body is empty; it must be an ONNX file.");
            var dossier = await context.RequestServices.GetRequiredService<ChallengerIntake>()
                .AddAsync(model, file, Named(version), Named(by) ?? "api", Named(request), null, context.RequestAborted).ConfigureAwait(false);
            return Results.Text(ToJson(dossier).ToJsonString(), "application/json", Encoding.UTF8, 202);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == 413)
        {
            return TooLarge();
        }
        catch (ChallengerRefusedException e)
        {
            return new Problem(409, char.ToUpperInvariant(e.Message[0]) + e.Message[1..] + ".");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string? Named(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static Problem TooLarge() => new(413, $"A model may have {MaxModelBytes} bytes at most.");
}
