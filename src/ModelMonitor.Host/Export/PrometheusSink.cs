using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Evaluating;
using Prometheus;

namespace ModelMonitor.Host.Export;

/// <summary>Publishes evaluations as Prometheus gauges `modelmonitor_…`.</summary>
/// <remarks>
/// A value without a number has no series: it goes stale, it never freezes and never becomes 0 or NaN. When another version is
/// evaluated for a window, the series of the version before disappear from that window; so do those of a segment that missed a round.
/// What finds no room under the model's limit is counted in `modelmonitor_series_withheld`.
/// </remarks>
public sealed class PrometheusSink : IEvaluationSink
{
    /// <summary>The sink's name, also as a label of failures.</summary>
    public const string SinkName = "prometheus";

    private static readonly string[] BaseLabels = ["model", "version", "window", "segment"];

    private readonly MetricsRegistry _registry;
    private readonly IReadOnlyList<string> _featureKeys;
    private readonly int _featureRoom;
    private readonly Gauge _rows;
    private readonly Gauge _labelledRows;
    private readonly Gauge _dueRows;
    private readonly Gauge _dueLabelledRows;
    private readonly Gauge _windowEnd;
    private readonly Gauge _finding;
    private readonly Gauge _ruleBreached;
    private readonly SeriesTable<Gauge.Child> _withheld;
    private readonly Dictionary<string, Gauge> _families = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Model, string Version, string Window, string Segment), SeriesGroup> _groups = [];
    private readonly Dictionary<(string Model, string Version), FeatureSelection> _selections = [];

    /// <param name="registry">Also holds the limit of series per model.</param>
    /// <param name="windows">How many windows are evaluated per model: the room for features is shared among them.</param>
    /// <param name="featureKeys">Which drift keys a feature shows; null: psi, its noise floor, missing and unseen ratio.</param>
    public PrometheusSink(MetricsRegistry registry, int windows, IReadOnlyList<string>? featureKeys = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentOutOfRangeException.ThrowIfLessThan(windows, 1);
        _registry = registry;
        _featureKeys = featureKeys ?? KnownNames.FeatureKeys;
        var seriesPerFeature = Math.Max(1, _featureKeys.Count + _featureKeys.Count(k => KnownNames.WithErrorBound.Contains(k)));
        // Two fifths of the limit, so that performance, findings and segments find room whatever the number of features.
        _featureRoom = registry.Budget.Limit * 2 / 5 / (seriesPerFeature * windows);
        _rows = Family("window_rows", "Rows in the newest window.");
        _labelledRows = Family("window_labelled_rows", "Rows in the newest window whose label is known.");
        _dueRows = Family("performance_window_rows", "Rows in the newest window whose labels are due, of a sample that waits for labels its share: what realised performance can rest on.");
        _dueLabelledRows = Family("performance_window_labelled_rows", "Rows in the newest window whose labels are due, and are known.");
        _windowEnd = Family("window_end_timestamp_seconds", "End of the newest window, exclusive, in seconds of UTC since 1970.");
        _finding = Family("finding", "1 while something is so that should not be, else 0.", "kind");
        _ruleBreached = Family("rule_breached", "1 while the rule is breached, else 0.", "rule");
        var withheld = registry.Factory.CreateGauge(
            "modelmonitor_series_withheld", "Series that found no room under the model's limit in the latest evaluations.", ["model"]);
        _withheld = new(registry.Budget, withheld.WithLabels);
    }

    public string Name => SinkName;

    public async ValueTask PublishAsync(PublishedEvaluation published, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(published);
        using (await _registry.ExclusiveAsync(cancellationToken).ConfigureAwait(false)) Publish(published);
    }

    private void Publish(PublishedEvaluation published)
    {
        var evaluation = published.Evaluation;
        var group = GroupOf(evaluation, published.Versions);
        group.Begin(evaluation.Range.End);
        // In order of importance: what comes first finds room first.
        var always = group.IsWhole ? SeriesRank.Always : SeriesRank.Segment;
        group.Set(_rows, always, evaluation.Rows);
        group.Set(_labelledRows, always, evaluation.Labelled);
        group.Set(_dueRows, always, evaluation.PerformanceExpected);
        group.Set(_dueLabelledRows, always, evaluation.PerformanceLabelled);
        group.Set(_windowEnd, always, evaluation.Range.End / 1e6);
        foreach (var (rule, breached) in published.Rules) group.Set(_ruleBreached, ValueRank(group), breached ? 1 : 0, rule);
        SetFindings(group, evaluation.Findings);
        foreach (var (key, value) in evaluation.Performance) Set(group, key, MetricHelp.Performance(key), value);
        SetEstimates(group, evaluation);
        if (evaluation.Decay is { } decay)
        {
            Set(group, "decay_slope_per_day", MetricHelp.Performance("decay_slope_per_day"), decay.SlopePerDay, ["metric"], decay.Metric);
            if (decay.DaysToTarget is { } days) Set(group, "days_to_target", MetricHelp.Performance("days_to_target"), days);
        }

        SetDrift(group, "score", evaluation.Drift.Score);
        SetDrift(group, "label", evaluation.Drift.Label);
        SetFeatures(group, evaluation);
        foreach (var gap in evaluation.Gaps)
        {
            const string Help = "Relative loss of a metric from one data set to another; positive is worse.";
            Set(group, "generalization_gap_ratio", Help, gap.Value, ["metric", "from", "to"], gap.Metric, gap.From, gap.To);
        }

        group.Commit();
        _withheld[new(group.Model)].Set(_groups.Values.Where(g => g.Model == group.Model).Sum(g => g.Withheld));
    }

    private SeriesGroup GroupOf(Evaluation evaluation, IReadOnlyList<string> versions)
    {
        var key = (evaluation.Model, evaluation.Version, evaluation.Window, evaluation.Segment);
        var before = _groups.GetValueOrDefault(key);
        foreach (var (other, group) in _groups)
        {
            if (other.Model != evaluation.Model || other.Window != evaluation.Window) continue;
            var replaced = !versions.Contains(group.Version);
            // The whole comes once a round: a segment older than the whole of the round before had no rows in that one.
            var missedRound = evaluation.Segment.Length == 0 && group.Version == evaluation.Version && before is not null && group.End < before.End && before.End < evaluation.Range.End;
            if (!replaced && !missedRound) continue;
            group.Clear();
            _groups.Remove(other);
        }

        foreach (var selection in _selections.Keys)
        {
            if (selection.Model != evaluation.Model || versions.Contains(selection.Version)) continue;
            if (!_groups.Values.Any(g => g.Model == selection.Model && g.Version == selection.Version)) _selections.Remove(selection);
        }

        if (_groups.TryGetValue(key, out var kept)) return kept;
        var created = new SeriesGroup(
            _registry.Budget, GiveWay, evaluation.Model, evaluation.Version, evaluation.Window, evaluation.Segment);
        _groups.Add(key, created);
        return created;
    }

    /// <summary>Withdraws one segment of the model for the sake of the whole; false where none is left.</summary>
    private bool GiveWay(string model) => _groups.Values.Any(g => g.Model == model && !g.IsWhole && g.Clear());

    private void SetFindings(SeriesGroup group, IReadOnlyList<Finding> findings)
    {
        var found = findings.Select(f => f.Kind).ToHashSet(StringComparer.Ordinal);
        foreach (var kind in found) group.Set(_finding, ValueRank(group), 1, kind);
        foreach (var kind in FindingKind.All.Where(k => !found.Contains(k))) group.Set(_finding, DetailRank(group), 0, kind);
    }

    /// <summary>Intervals of the errors are in the JSON: what goes beyond them is a finding.</summary>
    private void SetEstimates(SeriesGroup group, Evaluation evaluation)
    {
        foreach (var (key, value) in evaluation.Estimated) Set(group, $"estimated_{key}", MetricHelp.Performance($"estimated_{key}"), value);
        foreach (var (key, error) in evaluation.EstimatedErrors)
        {
            if (error.Value is { } value) group.Set(Family($"estimated_{key}_error", MetricHelp.EstimatedError(key)), DetailRank(group), value);
        }
    }

    private void SetDrift(SeriesGroup group, string subject, IReadOnlyDictionary<string, MetricValue> values)
    {
        foreach (var (key, value) in values)
        {
            if (!KnownNames.JsonOnly.Contains(key)) Set(group, $"{subject}_{key}", MetricHelp.Drift(subject, key), value);
        }
    }

    private void SetFeatures(SeriesGroup group, Evaluation evaluation)
    {
        var features = evaluation.Drift.Features;
        if (features.Count == 0) return;
        var version = (group.Model, group.Version);
        if (!_selections.TryGetValue(version, out var selection))
        {
            // A segment lists only some features: the whole settles which of them are exported.
            if (!group.IsWhole) return;
            _selections.Add(version, selection = FeatureSelection.Settle(features, _featureRoom, evaluation.Importance));
        }

        foreach (var (feature, values) in selection.Apply(features, _featureKeys))
        {
            foreach (var (key, value) in values) Set(group, $"feature_{key}", MetricHelp.Drift("feature", key), value, ["feature"], feature);
        }
    }

    /// <summary>The value with its interval and bound, as far as there are any.</summary>
    private void Set(
        SeriesGroup group, string key, string help, MetricValue value, string[]? labels = null, string? a = null, string? b = null, string? c = null)
    {
        if (value.Value is not { } number) return;
        labels ??= [];
        group.Set(Family(key, help, labels), ValueRank(group), number, a, b, c);
        var detail = DetailRank(group);
        if (value.Lower is { } lower) group.Set(Family(key + "_lower", MetricHelp.Lower(key), labels), detail, lower, a, b, c);
        if (value.Upper is { } upper) group.Set(Family(key + "_upper", MetricHelp.Upper(key), labels), detail, upper, a, b, c);
        if (value.ErrorBound is { } bound) group.Set(Family(key + "_error_bound", MetricHelp.ErrorBound(key), labels), detail, bound, a, b, c);
    }

    private static SeriesRank ValueRank(SeriesGroup group) => group.IsWhole ? SeriesRank.Whole : SeriesRank.Segment;

    private static SeriesRank DetailRank(SeriesGroup group) => group.IsWhole ? SeriesRank.Whole : SeriesRank.SegmentDetail;

    private Gauge Family(string key, string help, params string[] labels)
    {
        if (!_families.TryGetValue(key, out var family))
            _families.Add(key, family = _registry.Factory.CreateGauge("modelmonitor_" + key, help, [.. BaseLabels, .. labels]));
        return family;
    }
}
