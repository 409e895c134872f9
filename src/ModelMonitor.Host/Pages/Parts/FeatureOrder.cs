using ModelMonitor.Host.Pages.Reading;

namespace ModelMonitor.Host.Pages.Parts;

/// <summary>Columns with the worst first: those that moved, of these what the model needs most; then by PSI.</summary>
internal static class FeatureOrder
{
    public static IReadOnlyList<string> Of(ModelView view)
    {
        var importance = view.Baseline.Importance;
        return [.. Shown(view).Features
            .OrderByDescending(f => Looks.IsUnstable(f.Value))
            .ThenBy(f => Looks.IsUnstable(f.Value) ? importance?.RankOf(f.Key) ?? 0 : 0)
            .ThenByDescending(f => f.Value.Psi)
            .ThenBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => f.Key)];
    }

    /// <summary>The window itself, or where it has no rows the last one that had.</summary>
    public static TrendPoint Shown(ModelView view) => view.Current.Features.Count > 0 ? view.Current : view.Trend!.Points.LastOrDefault(p => p.Features.Count > 0) ?? view.Current;
}
