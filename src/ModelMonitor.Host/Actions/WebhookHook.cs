using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ModelMonitor.Host.Actions;

/// <summary>Delivers a message as a POST of its JSON to the action's URL.</summary>
/// <remarks>
/// Every try carries the header `Idempotency-Key` with the message's key. Any 2xx is a delivery, and so is 409: the receiver knows the key
/// already. 408, 425, 429, 5xx, a network fault, a timeout and an open circuit ask for another attempt later; any other answer is final.
/// User name and password in the URL are sent as Basic authentication; neither they, nor path and query, appear in an error.
/// </remarks>
public sealed class WebhookHook(IHttpClientFactory clients, TimeProvider clock, WebhookOptions options) : IRetrainHook
{
    internal const string ClientName = "modelmonitor-webhook";

    public string Name => "webhook";

    public async ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(action);
        var receiver = action.Url.Authority;
        try
        {
            using var request = Request(message, action.Url);
            using var client = clients.CreateClient(ClientName);
            // The body of the answer is nobody's business: not read, so not bounded either.
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return Classify(response, receiver);
        }
        catch (BrokenCircuitException)
        {
            return Later($"{receiver} failed too often and is left alone for a while", options.BreakerPause);
        }
        catch (TimeoutRejectedException)
        {
            return Later($"{receiver} did not answer in time");
        }
        catch (HttpRequestException e)
        {
            return Later($"{receiver} could not be reached: {e.HttpRequestError}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Later($"the request to {receiver} was cut off");
        }
#pragma warning disable CA1031 // A hook never throws: an outbox that did would stop at this message for ever.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Never($"the request to {receiver} could not be made: {e.GetType().Name}");
        }
#pragma warning restore CA1031
    }

    private static HttpRequestMessage Request(OutboxRecord message, Uri url)
    {
        var bare = new UriBuilder(url) { UserName = "", Password = "" }.Uri;
        var request = new HttpRequestMessage(HttpMethod.Post, bare)
        {
            Content = new StringContent(message.Payload, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", HeaderValue(message.Key));
        if (url.UserInfo.Length > 0)
        {
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }

        return request;
    }

    /// <summary>Headers are ASCII; a model's or rule's name need not be.</summary>
    private static string HeaderValue(string key) => key.All(c => c is >= ' ' and <= '~') ? key : Uri.EscapeDataString(key);

    private HookOutcome Classify(HttpResponseMessage response, string receiver)
    {
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Conflict) return HookOutcome.Delivered;
        var status = (int)response.StatusCode;
        var error = $"{receiver} answered {status}";
        if (status is 408 or 425 or 429 or >= 500) return Later(error, RetryAfter.Of(response, clock));
        return Never(status is >= 300 and < 400 ? error + " (redirects are not followed)" : error);
    }

    private static HookOutcome Later(string error, TimeSpan? retryAfter = null) => new(Accepted: false, Retry: true, error, retryAfter);

    private static HookOutcome Never(string error) => new(Accepted: false, Retry: false, error);
}
