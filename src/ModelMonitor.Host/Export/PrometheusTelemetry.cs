using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using Prometheus;
using Quartz;

namespace ModelMonitor.Host.Export;

/// <summary>The monitor's own counters as Prometheus series. Thread-safe, never throws.</summary>
public sealed partial class PrometheusTelemetry : ITelemetry
{
    private const string Prefix = "modelmonitor_";

    /// <summary>What is said of a version whose scores come with the data.</summary>
    private const string NoDevice = "none";

    private static readonly double[] ScoreBuckets = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
    private static readonly double[] CommitBuckets = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

    /// <summary>1, 5, 15 minutes; 1, 6 hours; 1, 3, 7, 14, 30, 60, 90, 180 days.</summary>
    private static readonly double[] DelayBuckets =
        [60, 300, 900, 3600, 21600, 86400, 259200, 604800, 1209600, 2592000, 5184000, 7776000, 15552000];

    private static readonly string[] s_stages = [.. Enum.GetValues<VersionStage>().Where(VersionLifecycle.IsChallenger).Select(VersionLifecycle.Name)];

    private readonly (string Name, CronExpression Schedule)[] _windows;
    private readonly TimeProvider _clock;
    private readonly MonitorOptions _options;
    private readonly (string Rule, string Action)[] _actions;
    private readonly MetricFactory _factory;
    private readonly SeriesBudget _budget;
    private readonly SeriesTable<Counter.Child> _received;
    private readonly SeriesTable<Counter.Child> _rejected;
    private readonly SeriesTable<Counter.Child> _labels;
    private readonly SeriesTable<Counter.Child> _skipped;
    private readonly SeriesTable<Counter.Child> _devices;
    private readonly SeriesTable<Counter.Child> _shadows;
    private readonly SeriesTable<Counter.Child> _requests;
    private readonly SeriesTable<Gauge.Child> _lastSuccess;
    private readonly SeriesTable<Histogram.Child> _scored;
    private readonly SeriesTable<Histogram.Child> _delay;
    private readonly Histogram _committed;
    private readonly Gauge _queue;
    private readonly Counter _sinkFailures;
    private readonly SeriesTable<Gauge.Child> _learned;
    private readonly SeriesTable<Gauge.Child> _open;
    private readonly SeriesTable<Counter.Child> _promotions;
    private readonly SeriesTable<Gauge.Child> _challengers;
    private readonly SeriesTable<Gauge.Child> _stageSince;
    private readonly SeriesTable<Gauge.Child> _due;
    private readonly SeriesTable<Gauge.Child> _pending;
    private readonly SeriesTable<Gauge.Child> _retrying;
    private readonly SeriesTable<Gauge.Child> _fallback;
    private readonly SeriesTable<Gauge.Child> _targets;
    private readonly Gauge _state;
    private readonly VersionSeries _versions;

    /// <param name="options">Names the windows, rules and actions whose counters start at 0 when a model is declared.</param>
    /// <param name="clock">Says when the next evaluation is due.</param>
    public PrometheusTelemetry(MetricsRegistry registry, MonitorOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        (_options, _clock) = (options, clock);
        _windows = [.. options.Windows.Select(w => (w.Name, new CronExpression(w.Schedule, TimeZoneInfo.Utc)))];
        (string Rule, string Action)[] byHand = options.Actions.Any(a => a.Name == ActionMessage.Retrain) ? [(RetrainTrigger.ByHand, ActionMessage.Retrain)] : [];
        _actions = [.. options.Rules.SelectMany(r => r.Then, (r, action) => (r.Name, action)).Distinct(), .. byHand];
        _factory = registry.Factory;
        _budget = registry.Budget;
        _received = Counters("rows_received_total", "Rows that arrived.", "stream");
        _rejected = Counters("rows_rejected_total", "Rows that were refused, by reason.", "stream", "reason");
        _labels = Counters("labels_total", "Labels by what became of them.", "outcome");
        _skipped = Counters("evaluations_skipped_total", "Evaluations that did not take place, or withheld a value, by reason.", "window", "reason");
        _shadows = Counters("shadow_failures_total", "Deliveries that a challenger could not read or score.", "version");
        _devices = Counters("device_changes_total", "Times that scoring went on on another device.", "from", "to");
        _requests = Counters("retrain_requests_total", "Messages that rules asked for, retrain requests and notifications, by outcome.", "rule", "action", "outcome");
        _lastSuccess = Gauges("evaluation_last_success_timestamp_seconds", "When the window was last evaluated, in seconds of UTC since 1970; 0: not since the start.", "window");
        _scored = Histograms("score_duration_seconds", "Time that the model took to score one batch.", ScoreBuckets);
        _delay = Histograms("label_delay_seconds", "Time from a prediction to its label.", DelayBuckets);
        _committed = _factory.CreateHistogram(
            Prefix + "commit_duration_seconds", "Time that one commit of the state took.", new HistogramConfiguration { Buckets = CommitBuckets });
        _queue = _factory.CreateGauge(Prefix + "queue_rows", "Rows that wait for their commit.");
        _sinkFailures = _factory.CreateCounter(Prefix + "sink_failures_total", "Evaluations that a sink failed to publish.", ["sink"]);
        _sinkFailures.WithLabels(PrometheusSink.SinkName);
        _learned = Gauges("baseline_learned_ratio", "Part of the production seen from which a model learns its baseline; 1: learned. Absent where the baseline comes from files.");
        _open = Gauges("retrain_requests_open", "Retrain requests that are not settled: one at most.");
        _due = Gauges("evaluation_due_timestamp_seconds", "When the window's next evaluation is due by its schedule, in seconds of UTC since 1970; in the past: it is late.", "window");
        _pending = Gauges("outbox_pending", "Messages that are not delivered yet.", "action");
        _retrying = Gauges("outbox_retrying", "Messages that are not delivered yet and whose last attempt failed.", "action");
        _fallback = Gauges("device_fallback", "1 while the model scores on another device than the first that it is configured for, else 0.");
        _targets = Gauges("target", "What the model must reach by its configuration.", "metric");
        _state = _factory.CreateGauge(Prefix + "state_info", "1, and which state this process counts into: processes that share a store name the same.", ["state"]);
        _promotions = Counters("promotions_total", "Versions that were promoted, rolled back or refused.", "outcome");
        _challengers = Gauges("challengers", "Versions on their way to serve, by how far they are.", "stage");
        var since = _factory.CreateGauge(Prefix + "challenger_stage_since_timestamp_seconds", "Since when the first of the challengers at a stage is at it, in seconds of UTC since 1970.", ["model", "stage"]);
        _stageSince = new(_budget, since.WithLabels, withdraw: since.RemoveLabelled);
        _versions = new VersionSeries(_factory, _budget);
    }

    public void ModelDeclared(string model, string version, string role, string provider, string sha256)
    {
        foreach (var stream in KnownNames.Streams)
        {
            _ = _received[new(model, stream)];
            foreach (var reason in KnownNames.RejectReasons) _ = _rejected[new(model, stream, reason)];
        }

        foreach (var outcome in KnownNames.LabelOutcomes) _ = _labels[new(model, outcome)];
        foreach (var (window, _) in _windows)
        {
            _ = _lastSuccess[new(model, window)];
            Due(model, window);
            foreach (var reason in KnownNames.SkipReasons) _ = _skipped[new(model, window, reason)];
        }

        foreach (var (rule, action) in _actions)
        {
            foreach (var outcome in KnownNames.ActionOutcomes) _ = _requests[new(model, rule, action, outcome)];
        }

        foreach (var action in _options.Actions)
        {
            _ = _pending[new(model, action.Name)];
            _ = _retrying[new(model, action.Name)];
        }

        var configured = _options.Models.FirstOrDefault(m => m.Name == model);
        foreach (var (metric, value) in configured?.Targets ?? []) _targets[new(model, metric)].Set(value);
        if (role == VersionSeries.Champion) _fallback[new(model)].Set(provider == NoDevice || provider == (configured?.Device[0].Name ?? provider) ? 0 : 1);

        _ = _scored[new(model)];
        _ = _delay[new(model)];
        _ = _open[new(model)];
        foreach (var outcome in KnownNames.PromotionOutcomes) _ = _promotions[new(model, outcome)];
        foreach (var stage in s_stages) _ = _challengers[new(model, stage)];
        _versions.Declare(model, version, role, provider, sha256);
    }

    public void RowsReceived(string model, string stream, long rows) => Add(_received, new(model, stream), rows);

    public void RowsRejected(string model, string stream, string reason, long rows) => Add(_rejected, new(model, stream, reason), rows);

    public void Labels(string model, string outcome, long rows) => Add(_labels, new(model, outcome), rows);

    /// <summary>A label that claims to be older than its prediction counts as one without delay.</summary>
    public void LabelDelay(string model, TimeSpan delay) => _delay[new(model)].Observe(Math.Max(0, delay.TotalSeconds));

    public void Scored(string model, TimeSpan duration) => _scored[new(model)].Observe(Math.Max(0, duration.TotalSeconds));

    public void Committed(TimeSpan duration) => _committed.Observe(Math.Max(0, duration.TotalSeconds));

    public void QueueRows(long rows) => _queue.Set(rows);

    /// <summary>One that was left out for a reason took its turn; one that failed did not.</summary>
    public void EvaluationSkipped(string model, string window, string reason)
    {
        Add(_skipped, new(model, window, reason), 1);
        if (reason != KnownNames.SkippedByError) Due(model, window);
    }

    public void EvaluationSucceeded(string model, string window, DateTimeOffset at)
    {
        _lastSuccess[new(model, window)].Set(Seconds(at));
        Due(model, window);
    }

    public void Action(string model, string rule, string action, string outcome) => Add(_requests, new(model, rule, action, outcome), 1);

    public void Learning(string model, double progress) => _learned[new(model)].Set(progress);

    public void State(string id) => _state.WithLabels(id).Set(1);

    public void Reference(Baseline baseline) => _versions.Reference(baseline);

    public void Outbox(string model, string action, int pending, int retrying)
    {
        _pending[new(model, action)].Set(pending);
        _retrying[new(model, action)].Set(retrying);
    }

    public void RetrainsOpen(string model, int open) => _open[new(model)].Set(open);

    public void Promotion(string model, string outcome) => Add(_promotions, new(model, outcome), 1);

    public void Challengers(string model, IReadOnlyDictionary<string, (int Count, DateTimeOffset Since)> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        foreach (var stage in s_stages)
        {
            var there = stages.TryGetValue(stage, out var at);
            _challengers[new(model, stage)].Set(there ? at.Count : 0);
            if (there) _stageSince[new(model, stage)].Set((at.Since - DateTimeOffset.UnixEpoch).TotalSeconds);
            else _stageSince.Remove(new(model, stage));
        }
    }

    public void SinkFailed(string sink) => _sinkFailures.WithLabels(sink).Inc();

    public void ShadowFailed(string model, string version) => Add(_shadows, new(model, version), 1);

    public void DeviceChanged(string model, string from, string to) => Add(_devices, new(model, from, to), 1);

    public void Gate(string model, string version, bool breached) => _versions.Gate(model, version, breached);

    /// <summary>Replaces the weight norms of a version, `modelmonitor_model_weight_norm`. What finds no room under the limit is left out.</summary>
    /// <param name="norms">Tensor, which norm (`l1`, `frobenius`, `max`, `near_zero_share`), value; values that are not finite are left out.</param>
    public void WeightNorms(string model, string version, IEnumerable<(string Tensor, string Norm, double Value)> norms) =>
        _versions.WeightNorms(model, version, norms);

    private void Due(string model, string window)
    {
        var schedule = Array.Find(_windows, w => w.Name == window).Schedule;
        if (schedule?.GetNextValidTimeAfter(_clock.GetUtcNow()) is { } due) _due[new(model, window)].Set(Seconds(due));
    }

    private static double Seconds(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).TotalSeconds;

    private static void Add(SeriesTable<Counter.Child> table, Labels labels, long rows)
    {
        // A counter refuses to go down, and counting must not throw.
        if (rows > 0) table[labels].Inc(rows);
    }

    private SeriesTable<Counter.Child> Counters(string name, string help, params string[] labels) =>
        new(_budget, _factory.CreateCounter(Prefix + name, help, ["model", .. labels]).WithLabels);

    private SeriesTable<Gauge.Child> Gauges(string name, string help, params string[] labels) =>
        new(_budget, _factory.CreateGauge(Prefix + name, help, ["model", .. labels]).WithLabels);

    private SeriesTable<Histogram.Child> Histograms(string name, string help, double[] buckets)
    {
        var family = _factory.CreateHistogram(Prefix + name, help, ["model"], new HistogramConfiguration { Buckets = buckets });
        // Besides its buckets a histogram has those for infinity, sum and count.
        return new(_budget, family.WithLabels, buckets.Length + 3);
    }
}
