using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ModelMonitor.Host.Actions;

/// <summary>Delivers a message as a POST of its JSON (a CloudEvent in structured mode) to the action's URL.</summary>
/// <remarks>
/// Every try carries the header `Idempotency-Key` with the message's key. Any 2xx is a delivery, and so is 409: the receiver knows the key
/// already. 408, 425, 429, 5xx, a network fault, a timeout and an open circuit ask for another attempt later; any other answer is final.
/// With a secret the request is signed as Standard Webhooks 1.0 describe it (`webhook-id`, `webhook-timestamp`, `webhook-signature`); the
/// secret is the key itself, or `whsec_` and its base64. User name and password in the URL are sent as Basic authentication; neither they, nor path and query, appear in an error.
/// </remarks>
public sealed class WebhookHook(IHttpClientFactory clients, TimeProvider clock, WebhookOptions options) : IRetrainHook
{
    internal const string ClientName = "modelmonitor-webhook";

    public string Name => "webhook";

    public IReadOnlyList<string> Check(ActionOptions action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return action.Url is null ? ["url: is required"] : [];
    }

    public async ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(action);
        if (action.Url is not { } url) return HookOutcome.Never("the action has no url");
        var receiver = url.Authority;
        try
        {
            using var request = Request(message, action);
            using var client = clients.CreateClient(ClientName);
            // The body of the answer is nobody's business: not read, so not bounded either.
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return Classify(response, receiver);
        }
        catch (BrokenCircuitException)
        {
            return HookOutcome.Later($"{receiver} failed too often and is left alone for a while", options.BreakerPause);
        }
        catch (TimeoutRejectedException)
        {
            return HookOutcome.Later($"{receiver} did not answer in time");
        }
        catch (HttpRequestException e)
        {
            return HookOutcome.Later($"{receiver} could not be reached: {e.HttpRequestError}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HookOutcome.Later($"the request to {receiver} was cut off");
        }
#pragma warning disable CA1031 // A hook never throws: an outbox that did would stop at this message for ever.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HookOutcome.Never($"the request to {receiver} could not be made: {e.GetType().Name}");
        }
#pragma warning restore CA1031
    }

    private HttpRequestMessage Request(OutboxRecord message, ActionOptions action)
    {
        var url = action.Url!;
        var bare = new UriBuilder(url) { UserName = "", Password = "" }.Uri;
        var request = new HttpRequestMessage(HttpMethod.Post, bare)
        {
            Content = new StringContent(message.Payload, Encoding.UTF8, new MediaTypeHeaderValue(ModelMonitor.Engine.Actions.CloudEvent.ContentType)),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", HeaderValue(message.Key));
        if (action.Secret is { } secret) Sign(request, message, secret);
        if (url.UserInfo.Length > 0)
        {
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }

        return request;
    }

    /// <summary>Standard Webhooks 1.0: HMAC-SHA256 of `id.timestamp.body`, so that the receiver knows who sent it, unchanged, and when.</summary>
    private void Sign(HttpRequestMessage request, OutboxRecord message, string secret)
    {
        var (id, seconds) = (HeaderValue(message.Key), clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var signature = HMACSHA256.HashData(KeyOf(secret), Encoding.UTF8.GetBytes($"{id}.{seconds}.{message.Payload}"));
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", seconds);
        request.Headers.Add("webhook-signature", "v1," + Convert.ToBase64String(signature));
    }

    private static byte[] KeyOf(string secret) =>
        secret.StartsWith("whsec_", StringComparison.Ordinal) && TryBase64(secret[6..]) is { } key ? key : Encoding.UTF8.GetBytes(secret);

    private static byte[]? TryBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>Headers are ASCII; a model's or rule's name need not be.</summary>
    private static string HeaderValue(string key) => key.All(c => c is >= ' ' and <= '~') ? key : Uri.EscapeDataString(key);

    private HookOutcome Classify(HttpResponseMessage response, string receiver)
    {
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Conflict) return HookOutcome.Delivered;
        var status = (int)response.StatusCode;
        var error = $"{receiver} answered {status}";
        if (status is 408 or 425 or 429 or >= 500) return HookOutcome.Later(error, RetryAfter.Of(response, clock));
        return HookOutcome.Never(status is >= 300 and < 400 ? error + " (redirects are not followed)" : error);
    }
}
