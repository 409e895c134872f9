using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Host.Http.Page;

/// <summary>What the page shows: values as they are stored, texts not yet encoded.</summary>
internal sealed record OverviewView(string ReadAt, IReadOnlyList<ModelView> Models);

/// <param name="Role">Null where the registry does not know the version.</param>
/// <param name="Provider">Null where the data carry their own scores.</param>
internal sealed record ModelView(
    string Name, string Version, string? Role, string Task, string? Provider, IReadOnlyList<WindowView> Windows, IReadOnlyList<FiringView> Firing);

/// <summary>A configured window and its newest stored evaluation.</summary>
/// <param name="Newest">Null where nothing is stored yet.</param>
internal sealed record WindowView(string Name, EvaluationView? Newest);

/// <param name="Version">What was evaluated: after a change of version it may still be the one before.</param>
/// <param name="PerformanceUntil">Labels take their time: performance may be that of an older window.</param>
/// <param name="Worst">The features of greatest PSI with their importance (null: not known): the unstable ones first, of these what the model needs most.</param>
internal sealed record EvaluationView(
    string Version,
    string Until,
    long Rows,
    long Labelled,
    string PerformanceUntil,
    long PerformanceLabelled,
    IReadOnlyList<(string Metric, MetricValue Value)> Performance,
    DriftView? Score,
    IReadOnlyList<(string Feature, DriftView Drift, double? Importance)> Worst,
    IReadOnlyList<(string Kind, string Message)> Findings);

/// <param name="NoiseFloor">What chance alone reaches; null where it is not known.</param>
internal sealed record DriftView(double Psi, double? NoiseFloor);

/// <summary>A rule that fires.</summary>
internal sealed record FiringView(string Rule, string? Since, string Message);
