using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Rules;

/// <summary>Rules and findings beside the reference's own chunks of the window's length, a day.</summary>
public sealed class ReferenceChunkRuleTests
{
    private static readonly RuleContext Context = new("roc_auc");
    private static readonly RuleDefinition Unstable = new() { Name = "unstable", Metric = "score_psi", Above = 0.2 };
    private static readonly RuleDefinition Shifted = new() { Name = "shifted", Metric = "psi", Feature = "*", Above = 0.2 };
    private static readonly Baseline Chunked = Reference with
    {
        Noise = new([new()
        {
            Length = Instant.Day,
            Chunks = 30,
            ScorePsi = new(30, 0.1, 0.05, 0.35),
            LabelPsi = new(30, 0.02, 0.01, 0.3),
            FeaturePsi = new Dictionary<string, ValueNoise> { ["distance"] = new(30, 0.1, 0.05, 0.4), ["carrier"] = new(30, 0.01, 0.01, 0.02), ["weather"] = new(30, 0.1, 0.1, 0.3) },
            Performance = new Dictionary<string, ValueNoise> { ["roc_auc"] = new(30, 0.75, 0.02, 0.8), ["brier"] = new(30, 0.1, 0.01, 0.12), ["mean_error"] = new(30, 0, 1, 2), ["f1"] = new(30, 0.1 + 0.2, 0, 0.3) },
        }]),
    };

    [Fact]
    public void A_PSI_that_the_reference_reaches_between_its_own_days_is_no_breach()
    {
        var quiet = Judge(Unstable, Sound with { Drift = Drift(0.35) });
        // 0.35 and what chance adds to it: √λ' = √(0.35·4 000) and a normal quantile of 3.09, about 0.35 + 0.06.
        Assert.Equal((RuleOutcome.Ok, null), (quiet.Outcome, quiet.Reason));
        Assert.InRange(quiet.Limit!.Value, 0.4, 0.42);
        Assert.DoesNotContain("no_reference_chunks", quiet.Message, StringComparison.Ordinal);
        Assert.Equal(RuleOutcome.Breach, Judge(Unstable, Sound with { Drift = Drift(0.43) }).Outcome);
        Assert.Equal(RuleOutcome.Ok, Judge(Unstable with { Metric = "label_psi" }, Sound with { Drift = Drift(0) with { Label = Keyed(("psi", MetricValue.Of(0.29))) } }).Outcome);
    }

    [Fact]
    public void Each_column_has_the_limit_of_its_own_chunks()
    {
        var verdict = Judge(Shifted, Sound with { Drift = Drift(0, ("distance", 0.45), ("carrier", 0.25), ("weather", 0.4)) });
        Assert.Equal(["weather", "carrier"], verdict.Worst.Select(w => w.Feature));
        // The largest of its chunks, 0.3, and what chance adds; chunks that hardly differ leave the rule's own limit.
        Assert.InRange(verdict.Worst[0].Limit, 0.35, 0.37);
        Assert.Equal(0.2, verdict.Worst[1].Limit);
        Assert.Null(verdict.Reason);
    }

    [Fact]
    public void Findings_have_the_same_limits()
    {
        var drift = Drift(0.39, ("distance", 0.45), ("weather", 0.4));
        var options = Options with { LooksPerWindow = 1 };
        Assert.Equal("weather", Assert.Single(FindingsOf(Sound with { Drift = drift }, Chunked, options)).Feature);
        Assert.Equal(3, FindingsOf(Sound with { Drift = drift }, Reference, options).Count);
    }

    [Fact]
    public void Without_chunks_of_the_windows_length_or_for_a_slice_it_is_said_that_they_are_missing()
    {
        Evaluation[] without = [Sound with { Range = new(0, 7 * Day) }, Sound with { Segment = "carrier=AA" }];
        foreach (var evaluation in without.Select(e => e with { Drift = Drift(0.3, ("distance", 0.3)) }))
        {
            Assert.All([Unstable, Shifted], rule => Assert.Equal((RuleOutcome.Breach, MetricStatus.NoReferenceChunks), OutcomeOf(rule, evaluation)));
            Assert.All([Unstable with { Above = null, Beyond = 3 }, Shifted with { Above = null, Beyond = 3 }],
                rule => Assert.Equal((RuleOutcome.Withheld, MetricStatus.NoReferenceChunks), OutcomeOf(rule, evaluation)));
        }
    }

    [Theory]
    [InlineData("roc_auc", 0.6899, RuleOutcome.Breach)]
    [InlineData("roc_auc", 0.6901, RuleOutcome.Ok)]
    [InlineData("roc_auc", 0.99, RuleOutcome.Ok)]
    [InlineData("brier", 0.131, RuleOutcome.Breach)]
    [InlineData("brier", 0.129, RuleOutcome.Ok)]
    [InlineData("brier", 0.01, RuleOutcome.Ok)]
    [InlineData("mean_error", 3.01, RuleOutcome.Breach)]
    [InlineData("mean_error", -3.01, RuleOutcome.Breach)]
    [InlineData("mean_error", 2.99, RuleOutcome.Ok)]
    [InlineData("f1", 0.3, RuleOutcome.Ok)]
    [InlineData("f1", 0.2999, RuleOutcome.Breach)]
    public void Beyond_three_standard_deviations_on_the_worse_side_is_a_breach(string metric, double value, RuleOutcome expected)
    {
        var verdict = Judge(new() { Name = "odd", Metric = metric, Beyond = 3 }, Sound with { Performance = Keyed((metric, MetricValue.Of(value))) });
        Assert.Equal(expected, verdict.Outcome);
        Assert.Contains("3 standard deviations from", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Beyond_judges_a_PSI_by_the_larger_of_the_spread_and_its_noise()
    {
        var rule = Shifted with { Above = null, Beyond = 3 };
        var verdict = Judge(rule, Sound with { Drift = Drift(0, ("distance", 0.45), ("carrier", 0.06), ("weather", 0.41)) });
        // weather: 0.1 + 3·0.1 = 0.4; carrier: 0.01 + 3·0.01 = 0.04, and a little above it what chance makes of its largest, 0.02; distance: its largest, 0.4.
        Assert.Equal(["weather", "carrier"], verdict.Worst.Select(w => w.Feature));
        Assert.Equal([0.4, 0.04], verdict.Worst.Select(w => w.Limit), (a, b) => Math.Abs(a - b) < 1e-3);
        Assert.Equal(RuleReason.NoBaseline, RuleEvaluator.Judge(Unstable with { Above = null, Beyond = 3 }, Sound, null, Context).Reason);
        Assert.Equal(MetricStatus.NoReferenceChunks, Judge(new() { Name = "odd", Metric = "ks", Beyond = 3 }, Sound with { Performance = Keyed(("ks", MetricValue.Of(0.3))) }).Reason);
    }

    [Fact]
    public void An_estimate_is_compared_with_what_the_reference_realised() =>
        Assert.Equal(RuleOutcome.Breach, Judge(new() { Name = "odd", Metric = "estimated_roc_auc", Beyond = 3 }, Sound with { Estimated = Keyed(("roc_auc", MetricValue.Of(0.6))) }).Outcome);

    private static RuleVerdict Judge(RuleDefinition rule, Evaluation evaluation) => RuleEvaluator.Judge(rule, evaluation, Chunked, Context);

    private static (RuleOutcome, string?) OutcomeOf(RuleDefinition rule, Evaluation evaluation) => (Judge(rule, evaluation).Outcome, Judge(rule, evaluation).Reason);
}
