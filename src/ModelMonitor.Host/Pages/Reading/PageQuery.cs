using System.Globalization;
using ModelMonitor.Core;
using ModelMonitor.Engine.Json;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>What a page shows, as its address says: the same address shows the same, as long as the state is kept.</summary>
/// <param name="Window">A window's name; null: the longest configured.</param>
/// <param name="Version">Null: the one that serves.</param>
/// <param name="Segment">`column=value`; empty: all rows.</param>
/// <param name="From">Ends of windows from here on; null: as many as are usual.</param>
/// <param name="To">Ends up to here; the newest of them is looked at closely. Null: the newest there is.</param>
public sealed record PageQuery(string? Window = null, string? Version = null, string Segment = "", long? From = null, long? To = null)
{
    /// <exception cref="PageException">A time that is none, or a range that is empty.</exception>
    public static PageQuery Read(IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var read = new PageQuery(Text("window"), Text("version"), Text("segment") ?? "", Time("from"), Time("to"));
        if (read is { From: { } from, To: { } to } && from > to) throw new PageException(400, $"The range is empty: from={query["from"]} lies after to={query["to"]}.");
        return read;

        string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

        long? Time(string name) => Text(name) is not { } text ? null
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? Instant.From(time)
            : throw new PageException(400, $"{name} must be an ISO 8601 time such as 2026-03-02T00:00:00Z; it is '{text}'.");
    }

    /// <summary>As it stands behind the question mark; empty where nothing is said.</summary>
    public override string ToString()
    {
        var parts = new (string Name, string? Value)[]
        {
            ("window", Window), ("version", Version), ("segment", Segment.Length > 0 ? Segment : null),
            ("from", From is { } from ? EvaluationJson.Time(from) : null), ("to", To is { } to ? EvaluationJson.Time(to) : null),
        };
        return string.Join('&', parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
    }
}

/// <summary>A page cannot be shown. The message says why, to the reader.</summary>
public sealed class PageException(int status, string message) : Exception(message)
{
    public int Status => status;
}
