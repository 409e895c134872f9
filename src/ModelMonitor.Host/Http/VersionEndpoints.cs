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
    public const string Onnx = "application/octet-stream";

    public static void Map(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.MapPost("/v1/models/{model}/versions", AddAsync).ForOperators().WithName("AddVersion").WithTags("lifecycle")
            .WithSummary("Hands in a challenger: the body is its ONNX file. ?version= its name (else named after the champion), ?request= the retrain request that it answers, ?by= who. The same file again is the same challenger.")
            .Accepts<byte[]>(Onnx).Produces<object>(202, "application/json")
            .Produces(404, contentType: Problem.ContentType).Produces(409, contentType: Problem.ContentType).Produces(413, contentType: Problem.ContentType).Produces(415, contentType: Problem.ContentType);
        Act(routes, "/v1/models/{model}/versions/{version}/promote", PromoteAsync, "Promote", "Lets a version serve that passed all its tests: { \"by\": \"alice\" }. 409 where it is not ready, with what it waits for.");
        Act(routes, "/v1/models/{model}/versions/{version}/withdraw", WithdrawAsync, "Withdraw", "A challenger is not wanted any more: { \"by\": \"alice\" }.");
        Act(routes, "/v1/models/{model}/rollback", RollBackAsync, "Rollback", "Lets the version serve again that served before: { \"by\": \"alice\", \"reason\": \"…\" }. 409 where there was none.");
    }

    private static void Act(IEndpointRouteBuilder routes, string pattern, Delegate act, string name, string summary) =>
        routes.MapPost(pattern, act).ForOperators().WithName(name).WithTags("lifecycle").WithSummary(summary).Accepts<object>("application/json").Produces<object>(200, "application/json")
            .Produces(400, contentType: Problem.ContentType).Produces(404, contentType: Problem.ContentType).Produces(409, contentType: Problem.ContentType);

    public static JsonObject ToJson(VersionDossier dossier, string? waitsFor = null)
    {
        ArgumentNullException.ThrowIfNull(dossier);
        return new()
        {
            ["version"] = dossier.Version,
            ["stage"] = VersionLifecycle.Name(dossier.Stage),
            ["since"] = EvaluationJson.Time(dossier.StageSince),
            ["received"] = EvaluationJson.Time(dossier.ReceivedAt),
            ["champion"] = dossier.Champion.Length > 0 ? dossier.Champion : null,
            ["previous"] = dossier.Previous,
            ["attempt"] = dossier.Attempt,
            ["source"] = dossier.Source,
            ["request"] = dossier.Request,
            ["sha256"] = dossier.Sha256,
            ["waits_for"] = waitsFor,
            ["checks"] = new JsonArray([.. dossier.Checks.Select(c => (JsonNode)new JsonObject { ["name"] = c.Name, ["passed"] = c.Passed, ["text"] = c.Text })]),
            ["report"] = dossier.Report is null ? null : JsonNode.Parse(dossier.Report),
        };
    }

    private static Task<IResult> PromoteAsync(HttpContext context, string model, string version) =>
        ActAsync(context, model, (lifecycle, by, _, cancellationToken) => lifecycle.PromoteAsync(model, version, by, cancellationToken));

    private static Task<IResult> RollBackAsync(HttpContext context, string model) =>
        ActAsync(context, model, (lifecycle, by, reason, cancellationToken) => lifecycle.RollBackAsync(model, by, reason, cancellationToken));

    private static Task<IResult> WithdrawAsync(HttpContext context, string model, string version) =>
        ActAsync(context, model, (lifecycle, by, _, cancellationToken) => lifecycle.WithdrawAsync(model, version, by, cancellationToken));

    private static async Task<IResult> ActAsync(HttpContext context, string model, Func<LifecycleService, string, string?, CancellationToken, Task<VersionDossier>> act)
    {
        var catalog = context.RequestServices.GetRequiredService<ModelCatalog>();
        if (catalog.Find(model) is null) return QueryEndpoints.UnknownModel(catalog, model);
        if (await PersonalRequest.ReadAsync(context).ConfigureAwait(false) is not { } request) return PersonalRequest.Malformed;
        if (request.By is null) return PersonalRequest.Nobody;
        try
        {
            var dossier = await act(context.RequestServices.GetRequiredService<LifecycleService>(), request.By, request.Reason, context.RequestAborted).ConfigureAwait(false);
            return Results.Text(ToJson(dossier).ToJsonString(), "application/json", Encoding.UTF8, 200);
        }
        catch (ChallengerRefusedException e)
        {
            return new Problem(409, char.ToUpperInvariant(e.Message[0]) + e.Message[1..] + ".");
        }
    }

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
