using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace ModelMonitor.Host.Http;

/// <summary>What a person asks for by hand: { "by": "alice", "reason": "…" }.</summary>
/// <param name="By">Null: it does not say who.</param>
internal sealed record PersonalRequest(string? By, string? Reason)
{
    /// <summary>Bytes of the body.</summary>
    private const int Most = 16 << 10;

    public static Problem Malformed => new(400, "The body must be JSON such as { \"by\": \"alice\", \"reason\": \"…\" }.");

    public static Problem Nobody => new(400, "by must say who asks.");

    /// <returns>Null where the body is none.</returns>
    public static async Task<PersonalRequest?> ReadAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // It is kept in the audit for ever; what is longer is answered with 413.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Most;
        try
        {
            var body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false) as JsonObject;
            return new(Text(body?["by"]), Text(body?["reason"]));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string? Text(JsonNode? node) => (string?)node is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
}
