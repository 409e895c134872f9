using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;
using ModelMonitor.Core.Tests.Diagnosis;

namespace ModelMonitor.Core.Tests.FalseAlarms;

/// <summary>What quiet costs: a shift that matters is found, one below the limit is seen to be more than noise.</summary>
public sealed class DriftPowerTests
{
    private const int Rows = 20_000;
    private const int Windows = 500;

    [Fact]
    public void A_shift_of_six_tenths_of_a_standard_deviation_is_nearly_always_found()
    {
        // Under three hundred columns looked at every five minutes.
        var limit = PopulationStability.SignificanceLimit(10, Rows, Rows, 300, 288);
        var found = Psis(0.6).Count(x => x.Psi > Math.Max(0.2, limit));
        Assert.True(found >= 0.99 * Windows, $"{found} of {Windows} windows found; limit {limit}");
    }

    [Fact]
    public void A_shift_of_a_quarter_is_more_than_noise_and_below_the_limit()
    {
        var psis = Psis(0.25).ToList();
        Assert.InRange(psis.Average(x => x.Psi), 0.05, 0.07);
        var floor = PopulationStability.NoiseFloor(10, Rows, Rows);
        Assert.All(psis, x => Assert.InRange(x.Psi, floor, 0.2));
    }

    [Fact]
    public void A_month_from_rows_to_rules_has_no_false_alarm()
    {
        RuleDefinition[] rules = [new() { Name = "unstable", Metric = "score_psi", Above = 0.2, For = 2 }, new() { Name = "shifted", Metric = "psi", Feature = "inputs", Above = 0.2, For = 2 }];
        var alarmed = Enumerable.Range(0, 60).Count(seed =>
        {
            var random = new Random(seed);
            string?[] names = [.. Enumerable.Range(0, 40).Select(i => $"k{i}"), null];
            (double[] X, string?[] C, double[] Scores) Draw(int rows) => (
                [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() < 0.3 ? 0 : FalseAlarms.Draw.Normal(random))],
                [.. Enumerable.Range(0, rows).Select(_ => names[(int)(41 * Math.Pow(random.NextDouble(), 3))])],
                [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())]);
            var reference = Draw(4_000);
            var baseline = Make.Baseline(reference.X, reference.C, reference.Scores, 1000, 3000);
            var states = rules.Select(_ => RuleState.Initial).ToArray();
            for (var day = 0L; day < 30; day++)
            {
                var window = Draw(150);
                var state = Make.State(baseline, window.X, window.C, window.Scores);
                var evaluation = Given.Sound with { Range = new(day * Instant.Day, (day + 1) * Instant.Day), Rows = state.Rows, Drift = Drift.Of(state, baseline), Segment = "" };
                evaluation = evaluation with { Findings = Given.FindingsOf(evaluation, baseline) };
                for (var r = 0; r < rules.Length; r++)
                    (states[r], _) = RuleMachine.Step(rules[r], evaluation.Range, Instant.Day, RuleEvaluator.Judge(rules[r], evaluation, baseline, new("roc_auc")), states[r]);
            }

            return states.Any(s => s.Firing);
        });
        Assert.True(alarmed < 0.03 * 60, $"{alarmed} of 60 months with a false alarm");
    }

    /// <summary>PSI over deciles between a standard normal and one that is shifted by so many standard deviations.</summary>
    private static IEnumerable<(double Psi, int Bins)> Psis(double shift)
    {
        double[] edges = [.. Enumerable.Range(1, 9).Select(k => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, k / 10.0))];
        double Below(double x) => MathNet.Numerics.Distributions.Normal.CDF(shift, 1, x);
        double[] shares = [Below(edges[0]), .. edges.Zip(edges.Skip(1)).Select(e => Below(e.Second) - Below(e.First)), 1 - Below(edges[^1])];
        for (var seed = 0; seed < Windows; seed++)
        {
            var (random, reference, production) = (new Random(seed), new long[10], new long[10]);
            Draw.Multinomial(random, Rows, [.. Enumerable.Repeat(0.1, 10)], reference);
            Draw.Multinomial(random, Rows, shares, production);
            yield return PopulationStability.Psi(reference, production);
        }
    }
}
