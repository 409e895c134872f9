using System.Text.Json;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Json;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>A column's PSI in one window.</summary>
/// <param name="Floor">What chance alone reaches; null where it is not known.</param>
public readonly record struct PsiPoint(double Psi, double? Floor);

/// <summary>What is drawn of one evaluation over time. A year of whole evaluations would be too much to hold.</summary>
/// <param name="Range">Drift is of this window.</param>
/// <param name="Measured">Realised performance is of this one: its labels are due.</param>
public sealed record TrendPoint(TimeRange Range, TimeRange Measured)
{
    /// <summary>Of nothing.</summary>
    public static TrendPoint None { get; } = new(default, default) { Performance = new Dictionary<string, MetricValue>(), Estimated = new Dictionary<string, MetricValue>(), Features = new Dictionary<string, PsiPoint>(), Findings = [] };

    public long Rows { get; init; }

    public long MeasuredRows { get; init; }

    public long MeasuredLabelled { get; init; }

    public required IReadOnlyDictionary<string, MetricValue> Performance { get; init; }

    public required IReadOnlyDictionary<string, MetricValue> Estimated { get; init; }

    public PsiPoint? Score { get; init; }

    public PsiPoint? Label { get; init; }

    /// <summary>Of every watched column that has one.</summary>
    public required IReadOnlyDictionary<string, PsiPoint> Features { get; init; }

    /// <summary>All values of the one column that was asked for; none where none was.</summary>
    public IReadOnlyDictionary<string, MetricValue> Feature { get; init; } = new Dictionary<string, MetricValue>();

    public required IReadOnlyList<(string Kind, bool Confirmed)> Findings { get; init; }

    /// <param name="feature">A column of which all values are kept.</param>
    public static TrendPoint Of(Evaluation evaluation, string? feature = null)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return new(evaluation.Range, evaluation.PerformanceRange)
        {
            Rows = evaluation.Rows,
            MeasuredRows = evaluation.PerformanceRows,
            MeasuredLabelled = evaluation.PerformanceLabelled,
            Performance = evaluation.Performance,
            Estimated = evaluation.Estimated,
            Score = Psi(evaluation.Drift.Score),
            Label = Psi(evaluation.Drift.Label),
            Features = evaluation.Drift.Features.Select(f => (f.Key, Psi: Psi(f.Value))).Where(f => f.Psi is not null).ToDictionary(f => f.Key, f => f.Psi!.Value, StringComparer.Ordinal),
            Feature = evaluation.Drift.Features.Where(f => f.Key == feature).Select(f => f.Value).FirstOrDefault() ?? new Dictionary<string, MetricValue>(),
            Findings = [.. evaluation.Findings.Select(f => (f.Kind, f.Confirmed))],
        };
    }

    /// <summary>From a stored evaluation, without reading what is not drawn.</summary>
    /// <param name="metrics">Performance that is drawn.</param>
    public static TrendPoint Read(string payload, IReadOnlyCollection<string> metrics, string? feature = null)
    {
        using var document = JsonDocument.Parse(payload);
        var json = document.RootElement;
        var (measured, drift) = (json.GetProperty("performance_window"), json.GetProperty("drift"));
        var features = new Dictionary<string, PsiPoint>(StringComparer.Ordinal);
        IReadOnlyDictionary<string, MetricValue>? own = null;
        foreach (var column in drift.GetProperty("features").EnumerateObject())
        {
            if (Psi(column.Value) is { } psi) features[column.Name] = psi;
            if (column.Name == feature) own = EvaluationJson.ReadDrift(column.Value);
        }

        return new(RangeOf(json), RangeOf(measured))
        {
            Rows = json.GetProperty("rows").GetInt64(),
            MeasuredRows = measured.GetProperty("rows").GetInt64(),
            MeasuredLabelled = measured.GetProperty("labelled").GetInt64(),
            Performance = Values(json.GetProperty("performance"), metrics),
            Estimated = Values(json.GetProperty("estimated"), metrics),
            Score = Psi(drift.GetProperty("score")),
            Label = drift.TryGetProperty("label", out var label) ? Psi(label) : null,
            Features = features,
            Feature = own ?? new Dictionary<string, MetricValue>(),
            Findings = [.. json.GetProperty("findings").EnumerateArray().Select(f => (f.GetProperty("kind").GetString()!, !f.TryGetProperty("confirmed", out var confirmed) || confirmed.GetBoolean()))],
        };
    }

    private static Dictionary<string, MetricValue> Values(JsonElement json, IReadOnlyCollection<string> metrics)
    {
        var values = new Dictionary<string, MetricValue>(StringComparer.Ordinal);
        foreach (var metric in metrics)
        {
            if (json.TryGetProperty(metric, out var value)) values[metric] = MetricJson.Read(value);
        }

        return values;
    }

    private static PsiPoint? Psi(IReadOnlyDictionary<string, MetricValue> values) => values.TryGetValue("psi", out var psi) && psi.Value is { } known
        ? new(known, values.TryGetValue("psi_noise_floor", out var floor) ? floor.Value : null) : null;

    /// <summary>Null where there is no PSI: an undefined one is an object with its status.</summary>
    private static PsiPoint? Psi(JsonElement json) => json.TryGetProperty("psi", out var psi) && psi.ValueKind == JsonValueKind.Number
        ? new(psi.GetDouble(), json.TryGetProperty("psi_noise_floor", out var floor) && floor.ValueKind == JsonValueKind.Number ? floor.GetDouble() : null) : null;

    private static TimeRange RangeOf(JsonElement json) => new(EvaluationJson.ReadTime(json.GetProperty("start").GetString()!), EvaluationJson.ReadTime(json.GetProperty("end").GetString()!));
}
