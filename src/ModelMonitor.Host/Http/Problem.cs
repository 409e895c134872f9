using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace ModelMonitor.Host.Http;

/// <summary>Errors as RFC 9457 problem documents.</summary>
/// <remarks>Written by hand rather than by the framework's writer, which falls back to plain text where `Accept` names no JSON, as a sender of Arrow does.</remarks>
internal sealed class Problem(int status, string detail, int? retryAfterSeconds = null) : IResult
{
    public const string ContentType = "application/problem+json";

    /// <summary>Where each status is defined: a section of RFC 9110.</summary>
    private static readonly Dictionary<int, string> Sections = new()
    {
        [400] = "15.5.1",
        [401] = "15.5.2",
        [404] = "15.5.5",
        [405] = "15.5.6",
        [408] = "15.5.9",
        [411] = "15.5.12",
        [413] = "15.5.14",
        [415] = "15.5.16",
        [422] = "15.5.21",
        [500] = "15.6.1",
        [503] = "15.6.4",
    };

    public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, status, detail, retryAfterSeconds);

    /// <summary>Writes the document. What the answer already carries besides (`Allow` …) stays.</summary>
    public static Task WriteAsync(HttpContext context, int status, string detail, int? retryAfterSeconds = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        if (retryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["type"] = TypeOf(status),
            ["title"] = ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = detail,
            ["instance"] = context.Request.PathBase.Add(context.Request.Path).ToUriComponent(),
        });
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static string TypeOf(int status) => status switch
    {
        429 => "https://tools.ietf.org/html/rfc6585#section-4",
        _ => Sections.TryGetValue(status, out var section) ? $"https://tools.ietf.org/html/rfc9110#section-{section}" : "about:blank",
    };
}
