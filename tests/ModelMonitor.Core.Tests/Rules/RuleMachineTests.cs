using System.Text.Json;
using CsCheck;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Rules;

namespace ModelMonitor.Core.Tests.Rules;

public sealed class RuleMachineTests
{
    private const long Minute = 60_000_000;
    private const long Day = 1_440 * Minute;

    private static readonly RuleDefinition Twice = new() { Name = "unstable", Metric = "score_psi", Above = 0.2, For = 2 };
    private static readonly RuleVerdict Breach = Verdict(RuleOutcome.Breach);
    private static readonly RuleVerdict Ok = Verdict(RuleOutcome.Ok);
    private static readonly RuleVerdict Withheld = Verdict(RuleOutcome.Withheld);

    [Fact]
    public void A_window_of_a_day_evaluated_every_five_minutes_counts_once_a_day()
    {
        var (state, changes) = Run(Twice, Enumerable.Range(0, 289).Select(i => (i * 5 * Minute, Breach)));
        var fired = Assert.Single(changes);
        Assert.Equal((RuleChange.Fired, "unstable", Day), (fired.Change, fired.Rule, fired.Range.End));
        Assert.Equal((2, true, Day), (state.Count, state.Firing, state.Since));
        Assert.Same(Breach, fired.Verdict);
    }

    [Fact]
    public void It_fires_once_however_long_the_breach_lasts() =>
        Assert.Single(Run(Twice, Enumerable.Range(0, 50).Select(i => (i * Day, Breach))).Changes);

    [Fact]
    public void A_rule_for_one_window_fires_at_once() =>
        Assert.Equal(RuleChange.Fired, Assert.Single(Run(Twice with { For = 1 }, [(0, Breach)]).Changes).Change);

    [Fact]
    public void An_ok_between_starts_the_count_anew()
    {
        Assert.Empty(Run(Twice, [(0, Breach), (5 * Minute, Ok), (Day, Breach)]).Changes);
        Assert.Equal(Day + (10 * Minute), Assert.Single(Run(Twice, [(0, Breach), (5 * Minute, Ok), (10 * Minute, Breach), (Day + (10 * Minute), Breach)]).Changes).Range.End);
    }

    [Fact]
    public void It_resolves_one_window_size_after_the_last_breach()
    {
        var (state, changes) = Run(Twice, [(0, Breach), (Day, Breach), (Day + (5 * Minute), Ok), ((2 * Day) - 1, Ok), (2 * Day, Ok)]);
        Assert.Equal([(RuleChange.Fired, Day), (RuleChange.Resolved, 2 * Day)], changes.Select(change => (change.Change, change.Range.End)));
        Assert.Equal((0, false, null), (state.Count, state.Firing, state.Since));
    }

    [Fact]
    public void A_breach_while_it_calms_down_keeps_it_firing() =>
        Assert.Single(Run(Twice, [(0, Breach), (Day, Breach), (Day + Minute, Ok), (Day + (2 * Minute), Breach), ((2 * Day) + Minute, Ok)]).Changes);

    [Fact]
    public void After_it_resolved_it_takes_as_many_windows_to_fire_again()
    {
        var changes = Run(Twice, [(0, Breach), (Day, Breach), (2 * Day, Ok), (3 * Day, Breach), (4 * Day, Breach)]).Changes;
        Assert.Equal([RuleChange.Fired, RuleChange.Resolved, RuleChange.Fired], changes.Select(change => change.Change));
        Assert.Equal(4 * Day, changes[2].Range.End);
    }

    [Fact]
    public void Withheld_changes_nothing()
    {
        var (state, _) = Run(Twice, [(0, Breach)]);
        Assert.Same(state, Step(Twice, Day, Withheld, state).Next);
        var firing = Run(Twice, [(0, Breach), (Day, Withheld), (2 * Day, Breach)]);
        Assert.Single(firing.Changes);
        Assert.Same(firing.State, Step(Twice, 9 * Day, Withheld, firing.State).Next);
    }

    [Fact]
    public void A_window_withheld_first_is_judged_once_its_labels_are_in() =>
        Assert.Equal(1, Run(Twice, [(0, Withheld), (0, Breach)]).State.Count);

    [Fact]
    public void An_end_that_is_not_after_the_last_one_changes_nothing()
    {
        var (state, _) = Run(Twice, [(0, Breach), (Day, Breach)]);
        foreach (var verdict in new[] { Breach, Ok })
        {
            Assert.Equal((state, null), Step(Twice, Day, verdict, state));
            Assert.Equal((state, null), Step(Twice, 0, verdict, state));
        }
    }

    [Fact]
    public void Delivering_every_evaluation_twice_gives_the_same_transitions() =>
        Gen.Select(Gen.Int[1, 400], Gen.Int[0, 2]).Array[0, 200].Sample(steps =>
        {
            var end = 0L;
            var sequence = steps.Select(step => (end += step.Item1 * 5 * Minute, new[] { Breach, Ok, Withheld }[step.Item2])).ToList();
            var once = Run(Twice, sequence);
            var twice = Run(Twice, sequence.SelectMany(step => new[] { step, step }));
            return once.State == twice.State && once.Changes.SequenceEqual(twice.Changes);
        });

    [Fact]
    public void Firing_and_resolving_alternate_and_firings_lie_a_window_apart() =>
        Gen.Select(Gen.Int[1, 400], Gen.Int[0, 2]).Array[0, 300].Sample(steps =>
        {
            var end = 0L;
            var changes = Run(Twice, steps.Select(step => (end += step.Item1 * 5 * Minute, new[] { Breach, Ok, Withheld }[step.Item2]))).Changes;
            var alternate = changes.Select((change, i) => change.Change == (i % 2 == 0 ? RuleChange.Fired : RuleChange.Resolved)).All(x => x);
            return alternate && changes.Zip(changes.Skip(1)).All(pair => pair.Second.Range.End - pair.First.Range.End >= Day);
        });

    [Fact]
    public void Overfitting_fires_once_per_version_and_stays()
    {
        var rule = new RuleDefinition { Name = "overfitting", Finding = FindingKind.Overfitting };
        Assert.Single(Run(rule, [(0, Breach), (Day, Ok), (5 * Day, Breach), (9 * Day, Ok)]).Changes);
    }

    [Fact]
    public void The_state_survives_JSON()
    {
        var listed = Breach with { Value = 0.5, Limit = 0.2, Reason = "no_reference_chunks", Message = "m", Worst = [new("weather", 0.5, 0.2)] };
        var state = Run(Twice, [(0, Breach), (Day, listed)]).State;
        var json = JsonSerializer.Serialize(state);
        var back = JsonSerializer.Deserialize<RuleState>(json)!;
        Assert.Equal(state with { LastVerdict = null }, back with { LastVerdict = null });
        Assert.Equal(listed.Worst, back.LastVerdict!.Worst);
        Assert.Equal(listed with { Worst = [] }, back.LastVerdict with { Worst = [] });
        Assert.Contains("\"Breach\"", json, StringComparison.Ordinal);
        Assert.Equal(RuleState.Initial, JsonSerializer.Deserialize<RuleState>(JsonSerializer.Serialize(RuleState.Initial)));
    }

    [Theory]
    [InlineData(null, 0, true)]
    [InlineData(0L, Day - 1, false)]
    [InlineData(0L, Day, true)]
    [InlineData(Day, 0, false)]
    public void A_cooldown_lets_through_what_lies_far_enough_apart(long? sent, long now, bool allowed) =>
        Assert.Equal(allowed, Cooldown.Allows(sent, now, Day));

    private static RuleVerdict Verdict(RuleOutcome outcome) => new() { Outcome = outcome };

    private static (RuleState Next, RuleTransition? Transition) Step(RuleDefinition rule, long end, RuleVerdict verdict, RuleState state) =>
        RuleMachine.Step(rule, new TimeRange(end - Day, end), Day, verdict, state);

    private static (RuleState State, List<RuleTransition> Changes) Run(RuleDefinition rule, IEnumerable<(long End, RuleVerdict Verdict)> steps)
    {
        var state = RuleState.Initial;
        List<RuleTransition> changes = [];
        foreach (var (end, verdict) in steps)
        {
            (state, var transition) = Step(rule, end, verdict, state);
            if (transition is not null) changes.Add(transition);
        }

        return (state, changes);
    }
}
