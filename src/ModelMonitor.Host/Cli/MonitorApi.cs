using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Cli;

/// <summary>Asks a running monitor.</summary>
internal static class MonitorApi
{
    /// <summary>A large model is sent, and a challenger may be judged just now, before it answers.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    /// <param name="to">Its address.</param>
    /// <param name="path">Below the address.</param>
    /// <param name="body">Posted; null: a GET.</param>
    /// <param name="key">The operator's key; null: none.</param>
    /// <param name="silent">What to say before the reason where nobody answers.</param>
    /// <exception cref="CliException">It does not answer, or refuses: its own words.</exception>
    public static async Task<JsonNode> AskAsync(string to, string path, HttpContent? body, string? key, string silent, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(to.TrimEnd('/') + "/", UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https")) throw new CliException($"--to: '{to}' is no address such as http://127.0.0.1:9464");
        var target = new Uri(root, path);
        using var client = new HttpClient { Timeout = s_patience };
        if (key is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        try
        {
            using var response = body is null ? await client.GetAsync(target, cancellationToken).ConfigureAwait(false) : await client.PostAsync(target, body, cancellationToken).ConfigureAwait(false);
            var json = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)) ?? new JsonObject();
            return response.IsSuccessStatusCode ? json : throw new CliException((string?)(json as JsonObject)?["detail"] ?? $"{target}: {(int)response.StatusCode} {response.ReasonPhrase}");
        }
        catch (HttpRequestException e)
        {
            throw new CliException($"{silent} at {root}: {e.Message} (see --to)");
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"{target}: did not answer within {s_patience.TotalMinutes:0} minutes: {e.Message}");
        }
        catch (JsonException)
        {
            throw new CliException($"{target}: answered something else than a monitor does");
        }
    }
}
