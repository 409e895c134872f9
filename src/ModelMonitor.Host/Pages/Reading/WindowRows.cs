using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Capture;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>Single rows of a window, for what sums cannot show.</summary>
internal static class WindowRows
{
    /// <summary>As many dots as the eye tells apart; more would only make the page large.</summary>
    private const int Most = 400;

    /// <summary>Beyond it, squares leave float64 and an axis has no ticks.</summary>
    private const double Greatest = 1e150;

    /// <param name="segment">Empty: all rows.</param>
    /// <returns>The newest first; empty of a model that captures nothing, or is no regression.</returns>
    public static async ValueTask<IReadOnlyList<LabelledScore>> ReadAsync(IStateReader reader, MonitoredModel model, string segment, TimeRange range, CancellationToken cancellationToken)
    {
        if (model.Options is not { Capture: not null, Task: TaskKind.Regression }) return [];
        var rows = await CapturedScores.NewestAsync(reader, model, segment, range, Most, cancellationToken).ConfigureAwait(false);
        return [.. rows.Where(row => Math.Abs(row.Score) < Greatest && Math.Abs(row.Label) < Greatest)];
    }
}
