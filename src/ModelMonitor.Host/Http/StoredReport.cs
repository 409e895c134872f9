using ModelMonitor.Core;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Http;

/// <summary>The report over what a running monitor has stored, for the API and for the page.</summary>
internal static class StoredReport
{
    /// <summary>More windows than a report is read for, and than an answer should hold.</summary>
    private const int MostWindows = 1000;

    /// <param name="every">day, week, month (null), quarter, year or a duration.</param>
    /// <param name="version">Null: the one that serves.</param>
    /// <exception cref="ReportRefusedException">There is no such version or unit, too many windows, or nothing to report on.</exception>
    public static async Task<(Report Report, string Every)> BuildAsync(IStateReader reader, MonitoredModel serving, MonitorOptions options, string? every, string? version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(serving);
        ArgumentNullException.ThrowIfNull(options);
        var (name, calendar) = (serving.Name, Parse(every ?? "month", Instant.From(options.Pane)));
        var known = serving.Versions.Concat(serving.Earlier).ToArray();
        if (known.FirstOrDefault(v => version is null || v.Baseline.Version == version) is not { } monitored)
            throw new ReportRefusedException(404, $"Model '{name}' has no version '{version}' that is watched; there is {string.Join(", ", known.Select(v => v.Baseline.Version))}.");
        if (await reader.ReadBoundsAsync(name, cancellationToken).ConfigureAwait(false) is { } bounds && calendar.Covering(bounds.First, bounds.Last).Skip(MostWindows).Any())
            throw new ReportRefusedException(400, $"every={calendar.Name} makes more than {MostWindows} windows of what is stored; choose a longer unit.");
        var report = await ReportBuilder.BuildAsync(reader, monitored, calendar, options.Rules, cancellationToken).ConfigureAwait(false);
        if (monitored.Learning is { } learning)
            throw new ReportRefusedException(404, $"Model '{name}' is still learning its baseline: {(await LearningMarks.ReadAsync(reader, monitored, cancellationToken).ConfigureAwait(false)).Describe(learning.Period)}.");
        return (report ?? throw new ReportRefusedException(404, $"Model '{name}' has no rows yet."), calendar.Name);
    }

    private static CalendarWindows Parse(string every, long pane)
    {
        try
        {
            return CalendarWindows.Parse(every, pane);
        }
        catch (FormatException e)
        {
            throw new ReportRefusedException(400, e.Message);
        }
    }
}

/// <summary>There is no such report. The message says why, to whoever asks.</summary>
internal sealed class ReportRefusedException(int status, string message) : Exception(message)
{
    public int Status => status;
}
