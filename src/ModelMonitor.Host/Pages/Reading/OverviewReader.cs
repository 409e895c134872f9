using ModelMonitor.Core;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>All models at a glance.</summary>
public sealed record OverviewView(IReadOnlyList<ModelSummary> Models);

/// <summary>A model at a glance.</summary>
/// <param name="Learning">How far it is; null where it has a baseline.</param>
/// <param name="Newest">Of the window that is shown: the longest that was evaluated; null: none was.</param>
/// <param name="Window">Its name.</param>
/// <param name="Findings">Of the newest evaluation of every window, each once.</param>
/// <param name="Trend">Of the primary metric and the score's PSI; null where nothing was evaluated.</param>
public sealed record ModelSummary(
    MonitoredModel Model, ModelCondition Condition, string? Learning, Evaluation? Newest, string? Window, IReadOnlyList<Finding> Findings, IReadOnlyList<RuleView> Firing, Trend? Trend)
{
    public string Primary => PrimaryMetric.Of(Model.Options.Task, Model.Options.Targets);
}

/// <summary>Reads the overview out of one snapshot.</summary>
internal static class OverviewReader
{
    /// <summary>Points of all trends together: with many models each is coarser.</summary>
    private const int MostPoints = 240;

    private const int MostEach = 40;

    public static async Task<OverviewView> ReadAsync(IStateReader reader, ModelCatalog catalog, MonitorOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        var models = new List<ModelSummary>();
        foreach (var model in catalog.Models) models.Add(await ReadAsync(reader, model, options, MostPoints / Math.Max(catalog.Models.Count, 1), cancellationToken).ConfigureAwait(false));
        return new(models);
    }

    private static async ValueTask<ModelSummary> ReadAsync(IStateReader reader, MonitoredModel model, MonitorOptions options, int points, CancellationToken cancellationToken)
    {
        var (findings, shown) = (new List<Finding>(), default((WindowOptions Window, Evaluation Newest)?));
        foreach (var window in options.Windows)
        {
            var found = await reader.ReadEvaluationsAsync(new EvaluationSeries(model.Name, model.Baseline.Version, window.Name, ""), long.MinValue, long.MaxValue, 1, cancellationToken).ConfigureAwait(false);
            if (found.Count == 0) continue;
            var newest = ModelReader.Read(found[0]);
            shown = (window, newest);
            findings.AddRange(newest.Findings.Where(f => !findings.Exists(known => (known.Kind, known.Feature, known.Metric) == (f.Kind, f.Feature, f.Metric))));
        }

        var firing = (await ModelReader.RulesAsync(reader, model, options, cancellationToken).ConfigureAwait(false)).Where(r => r.Firing).ToArray();
        var learning = model.Learning is { } learn ? (await LearningMarks.ReadAsync(reader, model, cancellationToken).ConfigureAwait(false)).Describe(learn.Period) : null;
        var summary = new ModelSummary(model, ModelConditions.Of(learning is not null, shown is not null, firing.Length, findings), learning, shown?.Newest, shown?.Window.Name, findings, firing, null);
        if (shown is not { } longest || points < 2) return summary;
        var series = new EvaluationSeries(model.Name, model.Baseline.Version, longest.Window.Name, "");
        return summary with { Trend = await Trend.ReadAsync(reader, series, Instant.From(longest.Window.Size), null, longest.Newest.Range.End, [summary.Primary], null, Math.Min(points, MostEach), cancellationToken).ConfigureAwait(false) };
    }
}
