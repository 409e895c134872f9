using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ModelMonitor.Host.Tests.Actions;

/// <summary>What a receiver saw of one request.</summary>
internal sealed record Received(string Method, string PathAndQuery, string? Key, string? ContentType, string? Authorization, string Body);

/// <summary>A webhook's receiver: Kestrel on a free port of the loopback, whose n-th request is answered by the n-th answer, the last one repeating.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _requests = new();

    private Receiver(WebApplication app) => _app = app;

    public IReadOnlyList<Received> Requests => [.. _requests];

    /// <summary>Headers of the last request.</summary>
    public IHeaderDictionary? Headers { get; private set; }

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<Receiver> StartAsync(params Func<HttpContext, Task>[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var request = context.Request;
            receiver.Headers = new HeaderDictionary(request.Headers.ToDictionary());
            receiver._requests.Enqueue(new Received(
                request.Method, request.Path + request.QueryString, request.Headers["Idempotency-Key"], request.ContentType,
                request.Headers.Authorization, await reader.ReadToEndAsync(context.RequestAborted)));
            await answers[Math.Min(receiver._requests.Count, answers.Length) - 1](context);
        });
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public static Func<HttpContext, Task> Answer(int status, string? retryAfter = null) => context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };

    /// <summary>Answers only when the caller has hung up.</summary>
    public static async Task NeverAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
