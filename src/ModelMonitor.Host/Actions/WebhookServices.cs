using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using ModelMonitor.Engine.Actions;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace ModelMonitor.Host.Actions;

/// <summary>Registers the hook `webhook`.</summary>
public static class WebhookServices
{
    /// <summary>
    /// Adds <see cref="WebhookHook"/> as an <see cref="IRetrainHook"/>, its HTTP client and that client's resilience. Uses the registered
    /// <see cref="TimeProvider"/>, or the system's where none is registered.
    /// </summary>
    public static IServiceCollection AddWebhook(this IServiceCollection services, WebhookOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var settings = options ?? new WebhookOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(settings);
        services.AddSingleton<IRetrainHook, WebhookHook>();
        services.AddHttpClient(WebhookHook.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan) // the pipeline keeps time
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                // A redirected POST would arrive as a GET without its body.
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            // They would log the URL, and the path of a webhook is often its secret.
            .RemoveAllLoggers()
            .AddResilienceHandler(WebhookHook.ClientName, (pipeline, context) =>
                Configure(pipeline, settings, context.ServiceProvider.GetRequiredService<TimeProvider>()))
            .SelectPipelineByAuthority();
        return services;
    }

    /// <summary>Outermost first: all tries together, retry, circuit, one try.</summary>
    private static void Configure(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, WebhookOptions options, TimeProvider clock)
    {
        pipeline.TimeProvider = clock;
        pipeline.AddTimeout(options.LongestDelivery);
        if (options.Retries > 0) pipeline.AddRetry(Retry(options, clock));
        pipeline
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = 0.5,
                MinimumThroughput = options.BreakerMinimumTries,
                SamplingDuration = options.BreakerWindow,
                BreakDuration = options.BreakerPause,
                // A receiver that says 429 is alive and has said when to come back.
                ShouldHandle = outcome => ValueTask.FromResult(
                    HttpClientResiliencePredicates.IsTransient(outcome.Outcome) && outcome.Outcome.Result?.StatusCode != HttpStatusCode.TooManyRequests),
            })
            .AddTimeout(options.TimeoutPerTry);
    }

    private static RetryStrategyOptions<HttpResponseMessage> Retry(WebhookOptions options, TimeProvider clock) => new()
    {
        MaxRetryAttempts = options.Retries,
        Delay = options.RetryDelay,
        MaxDelay = options.LongestWait,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = arguments => ValueTask.FromResult(
            HttpClientResiliencePredicates.IsTransient(arguments.Outcome) && !(Wish(arguments.Outcome, clock) > options.LongestWait)),
        // Null: the exponential delay.
        DelayGenerator = arguments => ValueTask.FromResult(Wish(arguments.Outcome, clock)),
    };

    /// <summary>What the receiver asked for, if it answered and asked.</summary>
    private static TimeSpan? Wish(Outcome<HttpResponseMessage> outcome, TimeProvider clock) =>
        outcome.Result is { } response ? RetryAfter.Of(response, clock) : null;
}
