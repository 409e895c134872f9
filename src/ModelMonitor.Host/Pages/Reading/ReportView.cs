using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>What `evaluate` says, with the sums behind it, for people.</summary>
/// <param name="Model">The whole range as the window that is looked at closely, its calendar windows as the trend.</param>
public sealed record ReportView(Report Report, ModelView Model, string Every)
{
    /// <param name="reader">Over the state that the report was made from.</param>
    /// <param name="every">The calendar's name.</param>
    public static async Task<ReportView> ReadAsync(IStateReader reader, Report report, string every, IReadOnlyList<RuleDefinition> rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (model, overall) = (report.Model, report.Overall);
        PaneState? sums = await WindowSums.ReadAsync(reader, model, "", overall.Range, cancellationToken).ConfigureAwait(false);
        return new(report, new ModelView
        {
            Model = model,
            Baseline = model.Baseline,
            Query = new PageQuery(every),
            Live = false,
            Newest = overall,
            Trend = Trend.Of(report.Windows),
            Segments = [.. overall.Segments.Select(s => new SliceView(s, DecayTrends.IsMatured(s)))],
            Drift = sums,
            // A report's windows are not matured apart: both are the same rows.
            Measured = sums,
            Rows = await WindowRows.ReadAsync(reader, model, "", overall.PerformanceRange, cancellationToken).ConfigureAwait(false),
            // Every rule is applied, whatever window it names.
            Rules = rules,
        }, every);
    }
}
