using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Core.Rules;

/// <summary>From verdicts to alarms: so many windows in a row, with hysteresis.</summary>
public static class RuleMachine
{
    /// <summary>
    /// Fires with the n-th window in breach (`for: n`), where the ends of counted windows lie at least one window size apart and none
    /// between them was Ok. Resolves with an Ok whose end lies at least one window size after the last breach's: until then the windows
    /// overlap. Withheld changes nothing, and neither does an end that is not after the last one judged.
    /// </summary>
    /// <param name="rule">The rule.</param>
    /// <param name="range">What the verdict is about: <see cref="RuleEvaluator.RangeOf"/>.</param>
    /// <param name="windowSize">Microseconds.</param>
    /// <param name="verdict">The rule's verdict on it.</param>
    /// <param name="state">As returned by the step before, for the same version.</param>
    /// <returns>The next state, and what changed, if anything.</returns>
    public static (RuleState Next, RuleTransition? Transition) Step(RuleDefinition rule, TimeRange range, long windowSize, RuleVerdict verdict, RuleState state)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(state);
        if (verdict.Outcome == RuleOutcome.Withheld || range.End <= state.LastEnd) return (state, null);
        var next = state with { LastEnd = range.End, LastVerdict = verdict };
        return verdict.Outcome == RuleOutcome.Breach ? Breach(rule, range, windowSize, next) : Ok(rule, range, windowSize, next);
    }

    private static (RuleState, RuleTransition?) Breach(RuleDefinition rule, TimeRange range, long windowSize, RuleState state)
    {
        var counts = state.LastCountedEnd is not { } last || range.End - last >= windowSize;
        var next = state with
        {
            Count = state.Count + (counts ? 1 : 0),
            LastCountedEnd = counts ? range.End : state.LastCountedEnd,
            LastBreachEnd = range.End,
        };
        if (next.Firing || next.Count < rule.For) return (next, null);
        return (next with { Firing = true, Since = range.End }, Transition(RuleChange.Fired, rule, range, next));
    }

    private static (RuleState, RuleTransition?) Ok(RuleDefinition rule, TimeRange range, long windowSize, RuleState state)
    {
        var calm = state with { Count = 0, LastCountedEnd = null };
        if (!state.Firing) return (calm, null);
        var overlaps = state.LastBreachEnd is { } last && range.End - last < windowSize;
        if (overlaps || FindingKind.IsOfVersion(rule.Finding)) return (state, null);
        return (calm with { Firing = false, Since = null }, Transition(RuleChange.Resolved, rule, range, state));
    }

    private static RuleTransition Transition(RuleChange change, RuleDefinition rule, TimeRange range, RuleState state) =>
        new(change, rule.Name, range, state.LastVerdict!);
}
