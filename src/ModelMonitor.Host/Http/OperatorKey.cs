using System.Security.Cryptography;
using System.Text;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Http;

/// <summary>Asks requests that change something for the configured key: `Authorization: Bearer KEY`. Without one in the configuration whoever reaches the listener is an operator.</summary>
internal static class OperatorKey
{
    private const string Scheme = "Bearer ";

    /// <summary>The end point is for operators.</summary>
    public static RouteHandlerBuilder ForOperators(this RouteHandlerBuilder route) => route.AddEndpointFilter(AskAsync).Produces(401, contentType: Problem.ContentType);

    private static async ValueTask<object?> AskAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        if (context.RequestServices.GetRequiredService<MonitorOptions>().OperatorKey is not { } key || IsBrought(context.Request.Headers.Authorization.ToString(), key)) return await next(invocation).ConfigureAwait(false);
        context.Response.Headers.WWWAuthenticate = Scheme.TrimEnd();
        return new Problem(StatusCodes.Status401Unauthorized, "This changes something: it needs the header `Authorization: Bearer KEY` with listen.operator_key.");
    }

    /// <summary>Of hashes, in constant time: how long the answer takes tells neither the key nor its length.</summary>
    private static bool IsBrought(string header, string key) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
