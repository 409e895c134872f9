using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelMonitor.Core;

namespace ModelMonitor.Engine.Intake;

/// <summary>Reads one JSON value as what its column holds.</summary>
internal static class NdjsonValue
{
    private static readonly string[] SpacedTimes = ["yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK"];
    private const DateTimeStyles AsUtc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    /// <summary>Truth values count as 1 and 0, as in Arrow. A number in a string is a fault: its sender should know.</summary>
    public static double Number(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.Number => json.GetDouble(),
        JsonTokenType.True => 1,
        JsonTokenType.False => 0,
        _ => throw Unfit("a number", ref json),
    };

    public static string Category(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => json.GetString()!,
        JsonTokenType.True => LabelValue.From(true).Text,
        JsonTokenType.False => LabelValue.From(false).Text,
        JsonTokenType.Number => Canonical(ref json),
        _ => throw Unfit("a string, a number or a truth value", ref json),
    };

    /// <summary>As <see cref="Category"/>, but truth values are 1 and 0: so a column of truth values counts in Arrow, too.</summary>
    public static string BitLabel(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.True => "1",
        JsonTokenType.False => "0",
        _ => Category(ref json),
    };

    public static string Id(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => json.GetString()!,
        JsonTokenType.Number when json.TryGetInt64(out _) || json.TryGetUInt64(out _) => Canonical(ref json),
        JsonTokenType.Number => throw new NdjsonFault("expected a string or an integer of 64 bits, got another number", malformed: false),
        _ => throw Unfit("a string or an integer", ref json),
    };

    /// <summary>ISO 8601; without a zone it is UTC. Rounded down to microseconds.</summary>
    public static DateTimeOffset Time(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            throw Unfit("an ISO 8601 time in a string", ref json);
        }

        // Read as a DateTime to see whether there is a zone at all, and as an offset to be free of the machine's own zone.
        bool plain = json.TryGetDateTime(out DateTime time) && time.Kind == DateTimeKind.Unspecified;
        DateTimeOffset utc = plain ? new DateTimeOffset(time, TimeSpan.Zero)
            : json.TryGetDateTimeOffset(out DateTimeOffset zoned) ? zoned.ToUniversalTime()
            : DateTimeOffset.TryParseExact(json.GetString(), SpacedTimes, CultureInfo.InvariantCulture, AsUtc, out zoned) ? zoned
            : throw new NdjsonFault("expected an ISO 8601 time, got another string", malformed: false);
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>For columns that nobody computes with: strings as they are, anything else as it was written.</summary>
    public static string Any(ref Utf8JsonReader json, ReadOnlySpan<byte> line)
    {
        if (json.TokenType == JsonTokenType.String)
        {
            return json.GetString()!;
        }

        int start = (int)json.TokenStartIndex;
        json.Skip();
        return Encoding.UTF8.GetString(line[start..(int)json.BytesConsumed]);
    }

    private static string Canonical(ref Utf8JsonReader json) =>
        json.TryGetInt64(out long signed) ? LabelValue.From(signed).Text
        : json.TryGetUInt64(out ulong unsigned) ? unsigned.ToString(CultureInfo.InvariantCulture)
        : LabelValue.From(json.GetDouble()).Text;

    private static NdjsonFault Unfit(string expected, ref Utf8JsonReader json)
    {
        string got = json.TokenType switch
        {
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "a number",
            JsonTokenType.True or JsonTokenType.False => "a truth value",
            JsonTokenType.StartArray => "an array",
            _ => "an object",
        };
        return new NdjsonFault($"expected {expected}, got {got}", malformed: false);
    }
}
