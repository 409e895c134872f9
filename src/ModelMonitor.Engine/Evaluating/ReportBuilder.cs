using System.Text.Json.Nodes;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Evaluating;

/// <summary>A rule that no window could be judged by: its silence is no approval.</summary>
/// <param name="Reason">Why most windows could not be.</param>
/// <param name="Windows">How many there were.</param>
public sealed record UnjudgedRule(RuleDefinition Rule, string Reason, int Windows);

/// <summary>What `evaluate` says: the whole, its calendar windows, and what each rule would have done when.</summary>
/// <param name="Overall">From the start of the first to the end of the last window.</param>
/// <param name="Windows">Those with rows, in order.</param>
/// <param name="Rules">What would have fired, in order of time.</param>
public sealed record Report(MonitoredModel Model, Evaluation Overall, IReadOnlyList<Evaluation> Windows, IReadOnlyList<RuleTransition> Rules)
{
    /// <summary>Where the windows begin because retention forgot what lies before, or keeps it in stretches too long for such windows; null: all is there.</summary>
    public long? RetainedFrom { get; init; }

    /// <summary>Rules that judged no window.</summary>
    public IReadOnlyList<UnjudgedRule> Unjudged { get; init; } = [];

    /// <summary>Whether a rule would have fired.</summary>
    public bool Breached => Rules.Any(r => r.Change == RuleChange.Fired);

    public JsonObject ToJson()
    {
        var baseline = Model.Baseline;
        var overall = EvaluationJson.Window(Overall);
        var json = new JsonObject
        {
            ["model"] = Model.Name,
            ["version"] = baseline.Version,
            ["task"] = EvaluationJson.TaskName(baseline.Shape.Task),
            ["train"] = EvaluationJson.Reference(baseline.Train),
        };
        if (baseline.Holdout is { } holdout) json["holdout"] = EvaluationJson.Reference(holdout);
        if (RetainedFrom is { } from) json["retained_from"] = EvaluationJson.Time(from);
        if (baseline.Learned is { } learned) json["learned"] = BaselineJson.Learned(learned);
        json["overall"] = overall;
        json["windows"] = new JsonArray([.. Windows.Select(w => (JsonNode)EvaluationJson.Window(w))]);
        json["generalization_gap"] = EvaluationJson.Gaps(Overall.Gaps);
        json["findings"] = EvaluationJson.Findings([.. Overall.Findings, .. Windows.SelectMany(w => w.Findings.Where(f => !FindingKind.IsOfVersion(f.Kind)))]);
        json["rules"] = new JsonArray([.. Rules.Select(r => (JsonNode)Transition(r))]);
        if (Unjudged.Count > 0) json["unjudged_rules"] = new JsonArray([.. Unjudged.Select(u => (JsonNode)new JsonObject { ["rule"] = u.Rule.Name, ["reason"] = u.Reason, ["windows"] = u.Windows })]);
        return json;
    }

    private static JsonObject Transition(RuleTransition transition) => new()
    {
        ["rule"] = transition.Rule,
        ["segment"] = transition.Segment,
        ["change"] = transition.Change == RuleChange.Fired ? "fired" : "resolved",
        ["start"] = EvaluationJson.Time(transition.Range.Start),
        ["end"] = EvaluationJson.Time(transition.Range.End),
        ["value"] = transition.Verdict.Value,
        ["limit"] = transition.Verdict.Limit,
        ["message"] = transition.Verdict.Message,
    };
}

/// <summary>Builds reports from committed state: the files' rows offline, the store's live. One path, one number.</summary>
public static class ReportBuilder
{
    /// <returns>Null where the model has no rows.</returns>
    public static async ValueTask<Report?> BuildAsync(IStateReader reader, MonitoredModel model, CalendarWindows calendar, IReadOnlyList<RuleDefinition> rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(calendar);
        ArgumentNullException.ThrowIfNull(rules);
        if (await reader.ReadBoundsAsync(model.Name, cancellationToken).ConfigureAwait(false) is not { } bounds) return null;
        var floors = await LevelFloors.ReadAsync(reader, model.Name, cancellationToken).ConfigureAwait(false);
        var windows = new List<Evaluation>();
        var (options, points) = (Evaluator.OptionsOf(model, 1), new List<(long End, MetricValue Value)>());
        var cut = false;
        foreach (var whole in calendar.Covering(bounds.First, bounds.Last))
        {
            var kept = floors.Clip(whole);
            cut |= kept != whole;
            if (kept is not { } range) continue;
            var evaluation = await Evaluator.EvaluateAsync(reader, model, calendar.Name, range, range, looks: 1, cancellationToken).ConfigureAwait(false);
            if (evaluation.Rows == 0) continue;
            windows.Add(await WithSegmentsAsync(reader, model, evaluation.WithTrend(points, range.End, options), cancellationToken).ConfigureAwait(false));
            if (DecayTrends.PointOf(evaluation, options.PrimaryMetric) is { } value) points.Add((range.End, value));
        }

        if (windows.Count == 0) return null;
        var all = new TimeRange(windows[0].Range.Start, windows[^1].Range.End);
        var overall = await Evaluator.EvaluateAsync(reader, model, "overall", all, all, looks: 1, cancellationToken).ConfigureAwait(false);
        overall = await WithSegmentsAsync(reader, model, overall.WithTrend(points, end: null, options), cancellationToken).ConfigureAwait(false);
        var (transitions, unjudged) = Replay(model, windows, rules);
        return new Report(model, overall, windows, transitions) { Unjudged = unjudged, RetainedFrom = cut ? all.Start : null };
    }

    private static async ValueTask<Evaluation> WithSegmentsAsync(IStateReader reader, MonitoredModel model, Evaluation whole, CancellationToken cancellationToken)
    {
        var segments = new List<Evaluation>();
        await foreach (var slice in Evaluator.EvaluateSegmentsAsync(reader, model, whole.Window, whole.Range, whole.PerformanceRange, looks: 1, cancellationToken).ConfigureAwait(false)) segments.Add(slice);
        return segments.Count == 0 ? whole : whole with { Segments = segments };
    }

    /// <summary>Every rule over the windows in turn, whatever window it names.</summary>
    private static (List<RuleTransition> Transitions, IReadOnlyList<UnjudgedRule> Unjudged) Replay(MonitoredModel model, List<Evaluation> windows, IReadOnlyList<RuleDefinition> rules)
    {
        var transitions = new List<RuleTransition>();
        var context = new RuleContext(PrimaryMetric.Of(model.Options.Task, model.Options.Targets));
        var states = new Dictionary<string, RuleState>(StringComparer.Ordinal);
        var withheld = rules.ToDictionary(rule => rule.Name, _ => new List<string>(), StringComparer.Ordinal);
        var judged = new HashSet<string>(StringComparer.Ordinal);
        foreach (var window in windows.SelectMany(w => w.Segments.Prepend(w)))
        {
            foreach (var rule in rules.Where(r => r.Judges(window.Segment)))
            {
                var (baseline, slices) = EvaluationWork.Compared(model, rule, window.Segment);
                var verdict = RuleEvaluator.Judge(rule, window, baseline, context.ForSlices(slices));
                if (verdict.Outcome == RuleOutcome.Withheld) withheld[rule.Name].Add(verdict.Reason ?? RuleReason.NotEvaluated);
                else judged.Add(rule.Name);
                // Calendar windows do not overlap: each counts, also where a month is shorter than the one before.
                var key = rule.StateKey(window.Segment);
                var (next, transition) = RuleMachine.Step(rule, window.Range, 1, verdict, states.GetValueOrDefault(key, RuleState.Initial));
                states[key] = next;
                if (transition is not null) transitions.Add(transition with { Segment = window.Segment });
            }
        }

        return (transitions, [.. rules.Where(rule => !judged.Contains(rule.Name) && withheld[rule.Name].Count > 0)
            .Select(rule => new UnjudgedRule(rule, withheld[rule.Name].CountBy(reason => reason).MaxBy(reason => reason.Value).Key, withheld[rule.Name].Count))]);
    }
}
