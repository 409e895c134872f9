using System.Text.Json;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Core.Prescriptions;
using ModelMonitor.Core.Retraining;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Evaluating;

/// <summary>An evaluation, the rules' state and the messages they cause, in one transaction. A second evaluator of the same key does nothing.</summary>
internal sealed class EvaluationWork(MonitoredModel model, Evaluation evaluation, WindowOptions window, MonitorOptions options) : IWork
{
    private readonly Dictionary<string, bool> _breached = new(StringComparer.Ordinal);
    private readonly List<(string Rule, string Action, string Outcome)> _actions = [];

    public int Rows => 0;

    /// <summary>False: the window is empty, or somebody evaluated this key before.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Rule → whether it is breached now, of the rules on this window.</summary>
    public IReadOnlyDictionary<string, bool> Breached => _breached;

    /// <summary>What became of the actions, for the counters.</summary>
    public IReadOnlyList<(string Rule, string Action, string Outcome)> Actions => _actions;

    public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        _breached.Clear();
        _actions.Clear();
        var record = new EvaluationRecord(model.Name, evaluation.Version, evaluation.Window, evaluation.Range.End, evaluation.Segment, EvaluationJson.Full(evaluation).ToJsonString());
        // An empty window is not worth keeping, and no rule judges it; what the rules hold goes on.
        var empty = evaluation.Rows == 0 && evaluation.PerformanceRows == 0;
        IsNew = !empty && await scope.Transaction.TryAddEvaluationAsync(record, cancellationToken).ConfigureAwait(false);
        var states = (await scope.Transaction.ReadRuleStatesAsync(model.Name, cancellationToken).ConfigureAwait(false))
            .Where(s => s.Version == evaluation.Version)
            .ToDictionary(s => s.Rule, s => JsonSerializer.Deserialize<RuleState>(s.Payload) ?? RuleState.Initial, StringComparer.Ordinal);
        foreach (var rule in options.Rules.Where(Applies))
        {
            var state = states.GetValueOrDefault(rule.StateKey(evaluation.Segment), RuleState.Initial);
            if (IsNew) state = await StepAsync(scope, rule, state, cancellationToken).ConfigureAwait(false);
            _breached[rule.Name] = state.Firing;
        }
    }

    /// <summary>A rule belongs to one window; one that names none, to the first.</summary>
    private bool Applies(RuleDefinition rule) => (rule.Window ?? options.Windows[0].Name) == window.Name && rule.Judges(evaluation.Segment);

    private async ValueTask<RuleState> StepAsync(CommitScope scope, RuleDefinition rule, RuleState state, CancellationToken cancellationToken)
    {
        var (baseline, slices) = Compared(model, rule, evaluation.Segment);
        var context = new RuleContext(PrimaryMetric.Of(model.Options.Task, model.Options.Targets), window.Looks).ForSlices(slices);
        var verdict = RuleEvaluator.Judge(rule, evaluation, baseline, context);
        var (next, transition) = RuleMachine.Step(rule, RuleEvaluator.RangeOf(rule, evaluation), Instant.From(window.Size), verdict, state);
        if (next != state)
            await scope.Transaction.WriteRuleStateAsync(new(model.Name, rule.StateKey(evaluation.Segment), evaluation.Version, JsonSerializer.Serialize(next)), cancellationToken).ConfigureAwait(false);
        if (transition is null)
        {
            if (next.Firing && verdict.Outcome == RuleOutcome.Breach && rule.Then.Contains(ActionMessage.Retrain)) await AskAgainAsync(scope, rule, verdict, cancellationToken).ConfigureAwait(false);
            return next;
        }

        transition = transition with { Segment = evaluation.Segment };
        foreach (var name in rule.Then)
        {
            var action = options.Actions.First(a => a.Name == name);
            if (transition.Change == RuleChange.Resolved && !ActionMessage.TellsWhenOver(action)) continue;
            var outcome = await QueueAsync(scope, transition, action, cancellationToken).ConfigureAwait(false);
            _actions.Add((rule.Name, name, outcome));
        }

        return next;
    }

    /// <summary>What an evaluation is judged against, and how many slices the rule judges beside it.</summary>
    public static (Baseline Baseline, int Slices) Compared(MonitoredModel model, RuleDefinition rule, string segment) => segment.Length == 0
        ? (model.Baseline, 1)
        : (model.Baseline.OfSegment(segment), model.Baseline.Shape.Segments.Keys.Count(rule.Judges));

    private ModelDiagnosis Diagnosed() =>
        Diagnoses.Of(evaluation, evaluation.Segment.Length == 0 ? model.Baseline : model.Baseline.OfSegment(evaluation.Segment), Evaluator.OptionsOf(model, window.Looks));

    private async ValueTask<string> QueueAsync(CommitScope scope, RuleTransition transition, ActionOptions action, CancellationToken cancellationToken)
    {
        if (action.Name == ActionMessage.Retrain) return await RetrainAsync(scope, transition, action, cancellationToken).ConfigureAwait(false);
        // The end of a message must arrive whatever the cooldown: it is over, and whoever got the alarm should know.
        var mark = $"sent/{model.Name}/{action.Name}";
        if (transition.Change == RuleChange.Fired && action.Cooldown > TimeSpan.Zero)
        {
            var last = await scope.Transaction.ReadMarkAsync(mark, cancellationToken).ConfigureAwait(false);
            if (!Cooldown.Allows(last, scope.Now, Instant.From(action.Cooldown)))
            {
                await scope.Transaction.AddAuditAsync(new(scope.Now, model.Name, "rule " + transition.Rule, $"action {action.Name} suppressed by its cooldown", transition.Verdict.Message), cancellationToken).ConfigureAwait(false);
                return "suppressed";
            }

            await scope.Transaction.WriteMarkAsync(mark, scope.Now, cancellationToken).ConfigureAwait(false);
        }

        var message = ActionMessage.Compose(transition, evaluation, action, scope.Now);
        if (!await scope.Transaction.TryAddOutboxAsync(message, cancellationToken).ConfigureAwait(false)) return "duplicate";
        await scope.Transaction.AddAuditAsync(new(scope.Now, model.Name, "rule " + transition.Rule, $"action {action.Name} requested", transition.Verdict.Message), cancellationToken).ConfigureAwait(false);
        return "queued";
    }

    /// <summary>A breach goes on. Nothing is said of a request that has to wait: it was said when the rule fired.</summary>
    private async ValueTask AskAgainAsync(CommitScope scope, RuleDefinition rule, RuleVerdict verdict, CancellationToken cancellationToken)
    {
        var action = options.Actions.First(a => a.Name == ActionMessage.Retrain);
        var requests = await RetrainRequests.ReadAsync(scope.Transaction, model.Name, int.MaxValue, cancellationToken).ConfigureAwait(false);
        var underWay = (await VersionDossier.ReadAsync(scope.Transaction, model.Name, cancellationToken).ConfigureAwait(false)).Count(d => d.Champion == evaluation.Version && VersionLifecycle.IsChallenger(d.Stage));
        var asked = requests.Where(r => r.Version == evaluation.Version && r.Trigger == rule.Name).ToArray();
        if (!RetrainAdmission.AsksAgain(FindingKind.IsOfVersion(rule.Finding), asked.Length, asked is [{ Challenger: not null }, ..], underWay, Instant.From(action.Cooldown))) return;
        if (RetrainRequests.Refusal(requests, Prescription.For(Diagnosed()), action, scope.Now) is not null) return;
        var again = new RuleTransition(RuleChange.Fired, rule.Name, RuleEvaluator.RangeOf(rule, evaluation), verdict) { Segment = evaluation.Segment };
        _actions.Add((rule.Name, action.Name, await RetrainAsync(scope, again, action, cancellationToken).ConfigureAwait(false)));
    }

    /// <summary>What the diagnosis speaks against is not asked for; where a person has to look, a person is told.</summary>
    private async ValueTask<string> RetrainAsync(CommitScope scope, RuleTransition transition, ActionOptions action, CancellationToken cancellationToken)
    {
        var diagnosis = Diagnosed();
        var outcome = await RetrainRequests.QueueAsync(scope, model, RetrainTrigger.Of(transition, evaluation, diagnosis), action, options, cancellationToken).ConfigureAwait(false);
        if (outcome == RetrainAdmission.Withheld && Prescription.For(diagnosis).Decision == PrescriptionDecision.Stop && options.Actions.FirstOrDefault(a => a.Name == ActionMessage.Notify) is { } notify)
            await scope.Transaction.TryAddOutboxAsync(ActionMessage.Withheld(transition, evaluation, notify, scope.Now, diagnosis), cancellationToken).ConfigureAwait(false);
        return outcome is RetrainAdmission.Running or RetrainAdmission.Budget or RetrainAdmission.Cooldown ? "suppressed" : outcome;
    }
}
