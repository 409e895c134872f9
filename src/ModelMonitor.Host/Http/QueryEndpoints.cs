using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Http;

/// <summary>What is known about the models, as JSON in the vocabulary of `evaluate`. Reads committed state, changes nothing.</summary>
internal static class QueryEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        Describe(routes.MapGet("/v1/models", ModelsAsync), "Models", "The monitored models and the versions that serve.", [503]);
        Describe(routes.MapGet("/v1/models/{model}/versions", VersionsAsync), "Versions", "The versions that the registry knows, with their roles and how far each is, and challengers on their way.", [404, 503]);
        Describe(routes.MapGet("/v1/models/{model}/audit", AuditAsync), "Audit", "What happened to the model's versions, requests and references, newest first: when, who, what, and the evidence.", [404, 503]);
        Describe(routes.MapGet("/v1/models/{model}/evaluate", EvaluateAsync), "Evaluate", "The report of `evaluate` from committed state, by `every` = day, week, month (default), quarter, year or a duration.", [400, 404, 503]);
        Describe(routes.MapGet("/v1/models/{model}/evaluations", EvaluationsAsync), "Evaluations", "Stored evaluations, newest first: of one `window`, with an end in [`from`, `to`), at most `limit`.", [400, 404, 503]);
        Describe(routes.MapGet("/v1/models/{model}/findings", FindingsAsync), "Findings", "The findings of the newest evaluation of each window.", [404, 503]);
        Describe(routes.MapGet("/v1/models/{model}/actions", ActionsAsync), "Actions", "Messages that rules caused, newest first: status, attempts, last error.", [400, 404, 503]);
    }

    public static Problem UnknownModel(ModelCatalog catalog, string name)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new Problem(404, $"There is no model '{name}'; there is {string.Join(", ", catalog.Models.Select(m => m.Name))}.");
    }

    private static void Describe(RouteHandlerBuilder route, string name, string summary, int[] problems)
    {
        route.WithName(name).WithTags("query").WithSummary(summary).Produces<object>(200, "application/json");
        foreach (var status in problems) route.Produces(status, contentType: Problem.ContentType);
    }

    private static Task<IResult> ModelsAsync(HttpContext context, ModelCatalog catalog) => ReadAsync(context, async (reader, cancellationToken) =>
    {
        var json = new JsonArray();
        foreach (var model in catalog.Models)
        {
            var versions = await reader.ReadVersionsAsync(model.Name, cancellationToken).ConfigureAwait(false);
            json.Add((JsonNode)new JsonObject
            {
                ["name"] = model.Name,
                ["version"] = model.Baseline.Version,
                ["task"] = EvaluationJson.TaskName(model.Options.Task),
                ["role"] = versions.FirstOrDefault(v => v.Version == model.Baseline.Version) is { } version ? Name(version.Role) : null,
                ["provider"] = model.Scorer?.Provider,
                ["device_notes"] = model.Scorer is { DeviceNotes: { Count: > 0 } notes } ? new JsonArray([.. notes.Select(note => (JsonNode?)note)]) : null,
                ["sha256"] = model.Scorer?.Sha256,
                ["baseline_hash"] = model.Baseline.Hash,
                ["challengers"] = new JsonArray([.. model.Challengers.Select(c => (JsonNode)new JsonObject
                {
                    ["version"] = c.Baseline.Version,
                    ["provider"] = c.Scorer?.Provider,
                    ["sha256"] = c.Scorer?.Sha256,
                    ["baseline_hash"] = c.Baseline.Hash,
                })]),
                ["learning"] = await LearningAsync(reader, model, cancellationToken).ConfigureAwait(false),
                ["accepted"] = model.Baseline.Accepted is null ? null : AcceptEndpoint.ToJson(model),
                ["gate"] = new JsonObject
                {
                    ["mode"] = model.Options.GateRefuses ? "refuse" : "warn",
                    ["findings"] = EvaluationJson.Findings(model.Learning is not null ? [] : VersionGate.Of(model.Baseline, Evaluator.OptionsOf(model, 1))),
                },
            });
        }

        return Json(json);
    });

    /// <summary>How far the learning has come; null where there is a baseline.</summary>
    private static async Task<JsonObject?> LearningAsync(IStateReader reader, MonitoredModel model, CancellationToken cancellationToken)
    {
        if (model.Learning is not { } learning) return null;
        var marks = await LearningMarks.ReadAsync(reader, model, cancellationToken).ConfigureAwait(false);
        return new JsonObject
        {
            ["progress"] = marks.Progress(learning.Period),
            ["text"] = marks.Describe(learning.Period),
            ["since"] = marks.First is { } first ? EvaluationJson.Time(first) : null,
            ["rows"] = marks.Seen,
            ["share"] = marks.Share,
        };
    }

    private static Task<IResult> VersionsAsync(HttpContext context, string model) => ReadAsync(context, model, async (reader, monitored, cancellationToken) =>
    {
        var versions = await reader.ReadVersionsAsync(model, cancellationToken).ConfigureAwait(false);
        var dossiers = await VersionDossier.ReadAsync(reader, model, cancellationToken).ConfigureAwait(false);
        var lifecycle = context.RequestServices.GetService<LifecycleService>();
        // Those that were handed in and score nothing yet, or no more, come last.
        var others = dossiers.Where(d => versions.All(v => v.Version != d.Version)).OrderBy(d => d.ReceivedAt);
        return Json(new JsonArray([.. versions.Select(v => (JsonNode)Registered(v)), .. others.Select(d => (JsonNode)Dossier(d))]));

        JsonObject Dossier(VersionDossier dossier) => VersionEndpoints.ToJson(dossier, lifecycle?.WaitsFor(model, dossier.Version));

        JsonObject Registered(VersionRecord version)
        {
            var json = dossiers.FirstOrDefault(d => d.Version == version.Version) is { } dossier ? Dossier(dossier) : new JsonObject { ["version"] = version.Version, ["since"] = EvaluationJson.Time(version.Since) };
            var watched = monitored.Versions.FirstOrDefault(m => m.Baseline.Version == version.Version);
            json["role"] = Name(version.Role);
            json["role_since"] = EvaluationJson.Time(version.Since);
            json["sha256"] = version.ModelSha256;
            json["baseline_hash"] = version.BaselineHash;
            json["weights"] = watched is null ? null : BaselineJson.Weights(watched.Baseline.Weights);
            json["importance"] = watched is null ? null : BaselineJson.Importance(watched.Baseline.Importance);
            return json;
        }
    });

    private static Task<IResult> AuditAsync(HttpContext context, string model) => ReadAsync(context, model, async (reader, _, cancellationToken) =>
    {
        var trail = await reader.ReadAuditAsync(model, cancellationToken).ConfigureAwait(false);
        return Json(new JsonArray([.. trail.Reverse().Take(MaxLimit).Select(a => (JsonNode)new JsonObject { ["at"] = EvaluationJson.Time(a.At), ["actor"] = a.Actor, ["what"] = a.What, ["evidence"] = a.Evidence })]));
    });

    private static async Task<IResult> EvaluateAsync(HttpContext context, ReportGate gate, MonitorOptions options, string model, string? every, string? version)
    {
        using var turn = await gate.EnterAsync(context.RequestAborted).ConfigureAwait(false);
        return await ReadAsync(context, model, async (reader, serving, cancellationToken) =>
        {
            try
            {
                return Json((await StoredReport.BuildAsync(reader, serving, options, every, version, cancellationToken).ConfigureAwait(false)).Report.ToJson());
            }
            catch (ReportRefusedException e)
            {
                return new Problem(e.Status, e.Message);
            }
        }).ConfigureAwait(false);
    }

    private static async Task<IResult> EvaluationsAsync(HttpContext context, string model, string? window, string? from, string? to, string? limit)
    {
        if (TimeOf(from, long.MinValue) is not { } first) return new Problem(400, $"from must be an ISO 8601 time; it is '{from}'.");
        if (TimeOf(to, long.MaxValue) is not { } end) return new Problem(400, $"to must be an ISO 8601 time; it is '{to}'.");
        if (LimitOf(limit) is not { } most) return BadLimit(limit);
        return await ReadAsync(context, model, async (reader, _, cancellationToken) =>
        {
            var records = await reader.ReadEvaluationsAsync(model, window, first, end, most, cancellationToken).ConfigureAwait(false);
            return Json(new JsonArray([.. records.Select(r => JsonNode.Parse(r.Payload))]));
        }).ConfigureAwait(false);
    }

    private static Task<IResult> FindingsAsync(HttpContext context, MonitorOptions options, string model) => ReadAsync(context, model, async (reader, monitored, cancellationToken) =>
    {
        var json = new JsonArray();
        foreach (var window in options.Windows)
        {
            if (await NewestEvaluation.ReadAsync(reader, monitored, window.Name, cancellationToken).ConfigureAwait(false) is not { } newest) continue;
            foreach (var finding in newest["findings"]?.AsArray() ?? [])
            {
                var entry = finding!.DeepClone().AsObject();
                (entry["window"], entry["version"], entry["start"], entry["end"]) = (window.Name, newest["version"]?.DeepClone(), newest["start"]?.DeepClone(), newest["end"]?.DeepClone());
                json.Add((JsonNode)entry);
            }
        }

        return Json(json);
    });

    private static async Task<IResult> ActionsAsync(HttpContext context, string model, string? limit)
    {
        if (LimitOf(limit) is not { } most) return BadLimit(limit);
        return await ReadAsync(context, model, async (reader, _, cancellationToken) =>
        {
            var messages = await reader.ReadOutboxAsync(model, null, most, cancellationToken).ConfigureAwait(false);
            return Json(new JsonArray([.. messages.Select(m => (JsonNode)new JsonObject
            {
                ["key"] = m.Key,
                ["rule"] = m.Rule,
                ["action"] = m.Action,
                ["status"] = Name(m.Status),
                ["attempts"] = m.Attempts,
                ["error"] = m.Error,
                ["created"] = EvaluationJson.Time(m.CreatedAt),
                ["due"] = m.Status == OutboxStatus.Pending ? EvaluationJson.Time(m.DueAt) : null,
            })]));
        }).ConfigureAwait(false);
    }

    /// <summary>Answers about one model; 404 where it is unknown.</summary>
    private static Task<IResult> ReadAsync(HttpContext context, string name, Func<IStateReader, MonitoredModel, CancellationToken, Task<IResult>> answer)
    {
        var catalog = context.RequestServices.GetRequiredService<ModelCatalog>();
        return catalog.Find(name) is { } model
            ? ReadAsync(context, (reader, cancellationToken) => answer(reader, model, cancellationToken))
            : Task.FromResult<IResult>(UnknownModel(catalog, name));
    }

    /// <summary>Answers from one snapshot; 503 where the store does not answer.</summary>
    public static async Task<IResult> ReadAsync(HttpContext context, Func<IStateReader, CancellationToken, Task<IResult>> answer)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(answer);
        try
        {
            var reader = await context.RequestServices.GetRequiredService<IStateStore>().OpenSnapshotAsync(context.RequestAborted).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await answer(reader, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (StoreFailure.Is(e))
        {
            HttpLog.StoreSilent(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(QueryEndpoints).FullName!), e);
            return new Problem(503, "The state store does not answer.", retryAfterSeconds: 1);
        }
    }

    private static IResult Json(JsonNode json) => Results.Text(json.ToJsonString(), "application/json", Encoding.UTF8);

    private static Problem BadLimit(string? limit) => new(400, $"limit must be a number from 1 to {MaxLimit}; it is '{limit}'.");

    private static int? LimitOf(string? text) =>
        text is null ? DefaultLimit : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit ? limit : null;

    /// <summary>A time without zone is UTC.</summary>
    private static long? TimeOf(string? text, long absent) =>
        text is null ? absent
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? Instant.From(time) : null;

    public static string Name(VersionRole role) => role switch { VersionRole.Champion => "champion", VersionRole.Challenger => "challenger", _ => "retired" };

    private static string Name(OutboxStatus status) => status switch { OutboxStatus.Pending => "pending", OutboxStatus.Delivered => "delivered", _ => "failed" };
}
