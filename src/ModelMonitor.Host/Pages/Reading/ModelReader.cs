using System.Text.Json;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>Reads a version of a model out of one snapshot, as an address asks for it.</summary>
internal static class ModelReader
{
    /// <summary>Slices of one window that are looked through.</summary>
    private const int MostRecords = 1000;

    /// <summary>Which sums a page draws from.</summary>
    [Flags]
    public enum Sums
    {
        None = 0,
        Drift = 1,
        Measured = 2,
    }

    /// <param name="feature">A column of which all values are read over time.</param>
    /// <param name="segments">Whether slices are read too.</param>
    /// <exception cref="PageException">There is no such version, window or slice.</exception>
    public static async ValueTask<ModelView> ReadAsync(
        IStateReader reader, MonitoredModel serving, MonitorOptions options, PageQuery query, Sums sums, string? feature, bool segments, CancellationToken cancellationToken)
    {
        var model = Version(serving, query.Version);
        var window = Window(options, query.Window);
        if (query.Segment.Length > 0 && model.SliceShape is null) throw new PageException(404, $"Model '{model.Name}' is not sliced: it has no segments.");
        var baseline = query.Segment.Length == 0 ? model.Baseline : model.Baseline.OfSegment(query.Segment);
        var challenger = !ReferenceEquals(model, serving);
        var view = new ModelView
        {
            Model = model,
            Baseline = baseline,
            Query = query with { Window = window.Name, Version = challenger ? model.Baseline.Version : query.Version },
            Windows = [.. options.Windows.Select(w => w.Name)],
            // A rule belongs to one window; one that names none, to the first. For a challenger none sounds.
            Rules = challenger ? [] : [.. options.Rules.Where(r => (r.Window ?? options.Windows[0].Name) == window.Name)],
            Firing = challenger ? [] : [.. (await RulesAsync(reader, model, options, cancellationToken).ConfigureAwait(false)).Where(r => r.Firing)],
        };
        var series = new EvaluationSeries(model.Name, model.Baseline.Version, window.Name, query.Segment);
        var found = await reader.ReadEvaluationsAsync(series, query.From ?? long.MinValue, query.To is { } to ? to + 1 : long.MaxValue, 1, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0) return view;
        var newest = Read(found[0]);
        return view with
        {
            Newest = newest,
            Trend = await Trend.ReadAsync(reader, series, Instant.From(window.Size), query.From, newest.Range.End, view.Drawn, feature, Trend.Most, cancellationToken).ConfigureAwait(false),
            Segments = segments && query.Segment.Length == 0 && model.SliceShape is not null ? await SegmentsAsync(reader, series, newest.Range.End, cancellationToken).ConfigureAwait(false) : [],
            Drift = sums.HasFlag(Sums.Drift) ? await WindowSums.ReadAsync(reader, model, query.Segment, newest.Range, cancellationToken).ConfigureAwait(false) : null,
            Measured = sums.HasFlag(Sums.Measured) ? await WindowSums.ReadAsync(reader, model, query.Segment, newest.PerformanceRange, cancellationToken).ConfigureAwait(false) : null,
            Rows = sums.HasFlag(Sums.Measured) ? await WindowRows.ReadAsync(reader, model, query.Segment, newest.PerformanceRange, cancellationToken).ConfigureAwait(false) : [],
        };
    }

    /// <summary>Every rule with its state, for the version that serves; those of slices by their own key.</summary>
    public static async ValueTask<IReadOnlyList<RuleView>> RulesAsync(IStateReader reader, MonitoredModel model, MonitorOptions options, CancellationToken cancellationToken)
    {
        var states = (await reader.ReadRuleStatesAsync(model.Name, cancellationToken).ConfigureAwait(false))
            .Where(s => s.Version == model.Baseline.Version)
            .ToDictionary(s => s.Rule, s => JsonSerializer.Deserialize<RuleState>(s.Payload), StringComparer.Ordinal);
        var known = states.Select(s => new RuleView(options.Rules.FirstOrDefault(r => s.Key == r.Name || s.Key.StartsWith(r.Name + "@", StringComparison.Ordinal)), s.Key, s.Value));
        // What is no longer configured judges nothing any more.
        return [.. options.Rules.Where(r => !states.ContainsKey(r.Name) && r.Segment is null).Select(r => new RuleView(r, r.Name, null)), .. known.Where(r => r.Definition is not null)];
    }

    public static Evaluation Read(EvaluationRecord record)
    {
        using var document = JsonDocument.Parse(record.Payload);
        return EvaluationJson.Read(document.RootElement);
    }

    private static SliceView Slice(EvaluationRecord record)
    {
        using var document = JsonDocument.Parse(record.Payload);
        return new(EvaluationJson.Read(document.RootElement), document.RootElement.GetProperty("performance_window").GetProperty("matured").GetBoolean());
    }

    /// <exception cref="PageException">There is none.</exception>
    public static MonitoredModel Version(MonitoredModel serving, string? version) => serving.Versions.FirstOrDefault(v => version is null || v.Baseline.Version == version)
        ?? throw new PageException(404, $"Model '{serving.Name}' has no version '{version}' that is watched; there is {string.Join(", ", serving.Versions.Select(v => v.Baseline.Version))}.");

    /// <exception cref="PageException">There is none.</exception>
    public static WindowOptions Window(MonitorOptions options, string? window) => (window is null ? options.Windows[^1] : options.Windows.FirstOrDefault(w => w.Name == window))
        ?? throw new PageException(404, $"There is no window '{window}'; there is {string.Join(", ", options.Windows.Select(w => w.Name))}.");

    private static async ValueTask<IReadOnlyList<SliceView>> SegmentsAsync(IStateReader reader, EvaluationSeries whole, long end, CancellationToken cancellationToken)
    {
        var records = await reader.ReadEvaluationsAsync(whole.Model, whole.Window, end, end + 1, MostRecords, cancellationToken).ConfigureAwait(false);
        return [.. records.Where(r => r.Version == whole.Version && r.Segment.Length > 0).Select(Slice)];
    }
}
