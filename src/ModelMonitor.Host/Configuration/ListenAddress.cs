using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ModelMonitor.Host.Configuration;

/// <summary>Where to listen: an IPv4 address, an IPv6 address in brackets, `localhost` or `*` (every address), and a port (0: any free one).</summary>
internal readonly record struct ListenAddress(string Host, int Port)
{
    public const string Form = "host:port with an address, localhost or *, such as 127.0.0.1:9464 or [::1]:9464";

    public override string ToString() => $"{Host}:{Port}";

    public static ListenAddress? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return null;
        var host = text[..colon];
        var known = host is "*" or "localhost"
            || (host[0] == '[' && host[^1] == ']' && IsAddress(host[1..^1], AddressFamily.InterNetworkV6))
            || (host.Count(character => character == '.') == 3 && IsAddress(host, AddressFamily.InterNetwork));
        return known ? new(host, port) : null;
    }

    /// <summary>Whether both cannot be listened on at once: the same port, and one address is the other's or stands for all.</summary>
    public bool CollidesWith(ListenAddress other) =>
        Port != 0 && Port == other.Port && (IsAny || other.IsAny || Loopback() == other.Loopback());

    private bool IsAny => Host is "*" or "0.0.0.0" or "[::]";

    private string Loopback() => Host == "localhost" ? "127.0.0.1" : Host;

    private static bool IsAddress(string text, AddressFamily family) => IPAddress.TryParse(text, out var address) && address.AddressFamily == family;
}
