using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ModelMonitor.Plugins.Tests.KubernetesJob;

/// <summary>The part of Kubernetes' API that the hook uses, over HTTP: Jobs are created once by name, read and deleted.</summary>
internal sealed class ClusterStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ClusterStandIn(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, JsonNode> Jobs { get; } = new();

    public ConcurrentQueue<string> Deleted { get; } = new();

    /// <summary>Authorization headers that came.</summary>
    public ConcurrentBag<string> Tokens { get; } = [];

    /// <summary>The condition of a Job as it is read; null: it runs.</summary>
    public Func<string, (string Type, string Reason, string Message)?> Condition { get; set; } = _ => ("Complete", "", "");

    /// <summary>An answer for everything; null: as it should be.</summary>
    public int? Status { get; set; }

    public Uri Url => new(_app.Urls.First());

    public static async Task<ClusterStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var cluster = new ClusterStandIn(builder.Build());
        const string jobs = "/apis/batch/v1/namespaces/{space}/jobs";
        cluster._app.MapPost(jobs, async (HttpContext context, string space) =>
        {
            cluster.Tokens.Add(context.Request.Headers.Authorization.ToString());
            if (cluster.Status is { } status) return Results.Json(new { kind = "Status", code = status }, statusCode: status);
            var job = (await JsonNode.ParseAsync(context.Request.Body))!;
            return cluster.Jobs.TryAdd($"{space}/{job["metadata"]!["name"]}", job) ? Results.Json(job, statusCode: 201) : Results.Json(new { kind = "Status", code = 409, reason = "AlreadyExists" }, statusCode: 409);
        });
        cluster._app.MapGet(jobs + "/{name}/status", (string space, string name) =>
        {
            if (!cluster.Jobs.TryGetValue($"{space}/{name}", out var job)) return Results.NotFound();
            var read = job.DeepClone();
            if (cluster.Condition(name) is { } condition)
                read["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = condition.Type, ["status"] = "True", ["reason"] = condition.Reason, ["message"] = condition.Message }) };
            return Results.Json(read);
        });
        cluster._app.MapDelete(jobs + "/{name}", (string space, string name) =>
        {
            cluster.Deleted.Enqueue($"{space}/{name}");
            return Results.Json(new { kind = "Status", status = "Success" });
        });
        await cluster._app.StartAsync(TestContext.Current.CancellationToken);
        return cluster;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
