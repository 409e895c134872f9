using System.Globalization;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Host.Cli;

namespace ModelMonitor.Host.Pages;

/// <summary>Values as people read them. The exact ones are in the JSON.</summary>
internal static class Show
{
    public const string Nothing = "–";

    public static string Number(double? value) => Figures.Number(value);

    public static string Count(long? count) => count is { } known ? Figures.Count(known) : Nothing;

    public static string Share(long part, long whole) => whole == 0 ? Nothing : Figures.Percent((double)part / whole);

    /// <summary>What rounds to 0 has no sign.</summary>
    public static string Percent(double? ratio) => ratio is not { } known ? Nothing : Figures.Percent(known) is "-0 %" ? "0 %" : Figures.Percent(known);

    /// <summary>The value, or why there is none.</summary>
    public static string Metric(MetricValue value) => value.Value is { } number ? Number(number) : Reason(value.Status);

    public static string Metric(IReadOnlyDictionary<string, MetricValue>? values, string key) => values is not null && values.TryGetValue(key, out var value) ? Metric(value) : Nothing;

    /// <summary>The 95 % interval; empty where none is defined.</summary>
    public static string Interval(MetricValue value) => value is { Lower: { } lower, Upper: { } upper } ? $"{Number(lower)} to {Number(upper)}" : "";

    /// <summary>Statuses as words: `labels_immature` is “labels immature”.</summary>
    public static string Reason(string? status) => status is null ? Nothing : "(" + status.Replace('_', ' ') + ")";

    /// <summary>To the minute, to the day where the time is midnight. UTC.</summary>
    public static string Time(long instant)
    {
        var time = Instant.ToTime(instant).UtcDateTime;
        return time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : time.Second == 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    public static string Range(TimeRange range) => $"{Time(range.Start)} to {Time(range.End)}";

    public static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => $"{Number(Math.Round(span.TotalDays, 1))} days",
        { TotalHours: >= 2 } => $"{Number(Math.Round(span.TotalHours, 1))} hours",
        { TotalMinutes: >= 2 } => $"{Number(Math.Round(span.TotalMinutes))} minutes",
        _ => $"{Number(Math.Round(span.TotalSeconds, 1))} seconds",
    };

    public static string Span(long microseconds) => Span(TimeSpan.FromMicroseconds(microseconds));

    /// <summary>A key as words: `covariate_shift` is “covariate shift”.</summary>
    public static string Words(string key) => key.Replace('_', ' ');

    public static string Sentence(string key) => key.Length == 0 ? key : char.ToUpperInvariant(key[0]) + Words(key)[1..];

    public static string Bin(ProfileBin bin) => bin switch
    {
        { IsMissing: true } => "missing",
        { IsRest: true } => "rest",
        { Name: { } name } => name,
        { Above: double.NegativeInfinity, UpTo: double.PositiveInfinity } => "all values",
        { Above: double.NegativeInfinity } => "≤ " + Number(bin.UpTo),
        { UpTo: double.PositiveInfinity } => "> " + Number(bin.Above),
        _ => $"{Number(bin.Above)} – {Number(bin.UpTo)}",
    };
}
