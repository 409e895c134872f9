using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Host.Actions;

namespace ModelMonitor.Host.Cli;

/// <summary>Posts deliveries to a running monitor; waits and repeats where it is busy or away.</summary>
/// <param name="client">Not disposed here.</param>
/// <param name="target">The stream's address.</param>
/// <param name="patience">How long one delivery is tried.</param>
/// <param name="clock">Of the pauses between attempts.</param>
internal sealed class Sender(HttpClient client, Uri target, TimeSpan patience, TimeProvider clock)
{
    /// <exception cref="CliException">Refused, or not taken in time.</exception>
    public async Task<IngestReply> SendAsync(SendRequest request, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var (reply, wait, reason) = await TryAsync(request, cancellationToken).ConfigureAwait(false);
            if (reply is not null) return reply;
            var pause = wait ?? BackOff(attempt);
            if (clock.GetElapsedTime(begun) + pause > patience) throw new CliException($"{target}: gave up after {attempt + 1} attempts (see --patience): {reason}");
            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(IngestReply? Reply, TimeSpan? Wait, string Reason)> TryAsync(SendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(request.Body) };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.apache.arrow.stream");
            message.Headers.Add("Idempotency-Key", request.Key);
            using var response = await client.SendAsync(message, cancellationToken).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return (Read(text), null, "");
            var reason = $"{(int)response.StatusCode} {Detail(text) ?? response.ReasonPhrase}";
            return response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                ? (null, RetryAfter.Of(response, clock), reason)
                : throw new CliException($"{target}: {reason}");
        }
        catch (HttpRequestException e)
        {
            return (null, null, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, null, "no answer in time");
        }
    }

    /// <summary>0.2 s doubling up to 10 s, of which a random half is taken off so that several senders do not come back together.</summary>
    private static TimeSpan BackOff(int attempt) =>
        TimeSpan.FromSeconds(Math.Min(0.2 * Math.Pow(2, attempt), 10) * (0.5 + (System.Security.Cryptography.RandomNumberGenerator.GetInt32(1000) / 2000.0)));

    private IngestReply Read(string text)
    {
        try
        {
            return ReplyJson.Read(text);
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new CliException($"{target}: answered something else than a monitor does");
        }
    }

    /// <summary>What an RFC 9457 problem says.</summary>
    private static string? Detail(string text)
    {
        try
        {
            var problem = JsonNode.Parse(text) as JsonObject;
            return (string?)problem?["detail"] ?? (string?)problem?["title"];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
