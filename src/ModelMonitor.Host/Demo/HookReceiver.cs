using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Demo;

/// <summary>Stands in for the user's alert channel and training pipeline: takes each message once by its key.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, bool> _seen = new();

    private HookReceiver(WebApplication app) => _app = app;

    /// <summary>Messages in order of arrival, each key once; CloudEvents.</summary>
    public ConcurrentQueue<JsonObject> Messages { get; } = new();

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    public static async Task<HookReceiver> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new HookReceiver(app);
        app.MapPost("/{action}", async (HttpContext context) =>
        {
            var message = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            if (receiver._seen.TryAdd(context.Request.Headers["Idempotency-Key"].ToString(), true)) receiver.Messages.Enqueue(message!.AsObject());
            return Results.Accepted();
        });
        await app.StartAsync(cancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
