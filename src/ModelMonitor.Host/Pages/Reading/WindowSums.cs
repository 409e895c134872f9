using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Panes;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>The sums that curves and histograms are drawn from: the same that the evaluation was computed over.</summary>
internal static class WindowSums
{
    /// <param name="segment">Empty: all rows.</param>
    /// <returns>Null where not all of the window is kept any more.</returns>
    public static async ValueTask<PaneState?> ReadAsync(IStateReader reader, MonitoredModel model, string segment, TimeRange range, CancellationToken cancellationToken)
    {
        var floors = await LevelFloors.ReadAsync(reader, model.Name, cancellationToken).ConfigureAwait(false);
        if (!floors.Cover(range)) return null;
        var shape = segment.Length == 0 ? model.Baseline.Shape : model.SliceShape;
        return await WindowReader.ReadAsync(reader, model.Series with { Segment = segment }, range, PaneState.Empty(model.Baseline.Hash, shape), cancellationToken).ConfigureAwait(false);
    }
}
