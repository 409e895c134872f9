using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Host.Http;

/// <summary>Which of the listeners a connection came in by.</summary>
internal enum Listener
{
    /// <summary>Everything: ingest, API, pages, metrics, health.</summary>
    Http,

    /// <summary>Only metrics and health; may face a network that the other must not.</summary>
    Metrics,

    /// <summary>Arrow Flight, which is gRPC over HTTP/2 without TLS.</summary>
    Flight,
}

/// <summary>Binds Kestrel to the configured addresses, one protocol each, and marks every connection with its listener.</summary>
internal static class Listeners
{
    private static readonly object Mark = new();

    /// <summary>Adds the listeners and the limits. Port 0 takes any free port.</summary>
    /// <exception cref="FormatException">An address that the configuration should have refused.</exception>
    public static void Configure(KestrelServerOptions kestrel, MonitorOptions options)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(options);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.Ingest.MaxRequestBytes;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        Listen(kestrel, options.ListenHttp, Listener.Http);
        if (options.ListenMetrics is { } metrics) Listen(kestrel, metrics, Listener.Metrics);
        if (options.ListenFlight is not { } flight) return;
        // A stream may be open for days; only a ping tells one that is silent from one whose sender is gone.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromMinutes(1);
        Listen(kestrel, flight, Listener.Flight);
    }

    /// <summary>The listener of a request; a connection without mark (a test server's) counts as <see cref="Listener.Http"/>.</summary>
    public static Listener Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        return items is not null && items.TryGetValue(Mark, out var listener) && listener is Listener known ? known : Listener.Http;
    }

    private static void Listen(KestrelServerOptions kestrel, string text, Listener listener)
    {
        var address = ListenAddress.Parse(text) ?? throw new FormatException($"'{text}' is not {ListenAddress.Form}.");
        switch (address.Host)
        {
            case "*": kestrel.ListenAnyIP(address.Port, Use); break;
            // Kestrel cannot take one free port on both families, so localhost with port 0 is IPv4 alone.
            case "localhost" when address.Port == 0: kestrel.Listen(IPAddress.Loopback, 0, Use); break;
            case "localhost": kestrel.ListenLocalhost(address.Port, Use); break;
            default: kestrel.Listen(IPAddress.Parse(address.Host.Trim('[', ']')), address.Port, Use); break;
        }

        void Use(ListenOptions listen)
        {
            listen.Protocols = listener == Listener.Flight ? HttpProtocols.Http2 : HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Items[Mark] = listener;
                return next(connection);
            });
        }
    }
}
