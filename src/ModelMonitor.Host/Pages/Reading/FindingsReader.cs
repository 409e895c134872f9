using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>What was found in the newest evaluation of each window, what lies behind it, and where the rules stand.</summary>
/// <param name="Windows">Those that were evaluated.</param>
/// <param name="Rules">All that judge the version that serves.</param>
/// <param name="Shown">With the findings of the chosen window over time.</param>
public sealed record FindingsView(IReadOnlyList<(Evaluation Newest, ModelDiagnosis Diagnosis)> Windows, IReadOnlyList<RuleView> Rules, ModelView Shown);

/// <summary>Reads them out of one snapshot.</summary>
internal static class FindingsReader
{
    public static async ValueTask<FindingsView> ReadAsync(IStateReader reader, MonitoredModel serving, MonitorOptions options, PageQuery query, CancellationToken cancellationToken)
    {
        var shown = await ModelReader.ReadAsync(reader, serving, options, query, ModelReader.Sums.None, null, segments: false, cancellationToken).ConfigureAwait(false);
        var windows = new List<(Evaluation, ModelDiagnosis)>();
        foreach (var window in options.Windows)
        {
            var series = new EvaluationSeries(serving.Name, shown.Model.Baseline.Version, window.Name, query.Segment);
            var found = await reader.ReadEvaluationsAsync(series, query.From ?? long.MinValue, query.To is { } to ? to + 1 : long.MaxValue, 1, cancellationToken).ConfigureAwait(false);
            if (found.Count == 0) continue;
            var newest = ModelReader.Read(found[0]);
            windows.Add((newest, Diagnoses.Of(newest, shown.Baseline, Evaluator.OptionsOf(shown.Model, window.Looks))));
        }

        return new(windows, ReferenceEquals(shown.Model, serving) ? await ModelReader.RulesAsync(reader, serving, options, cancellationToken).ConfigureAwait(false) : [], shown);
    }
}
