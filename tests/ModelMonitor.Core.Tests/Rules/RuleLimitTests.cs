using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;

namespace ModelMonitor.Core.Tests.Rules;

public sealed class RuleLimitTests
{
    private static readonly RuleDefinition[] s_rules =
    [
        new() { Name = "weak", Metric = "roc_auc", Below = 0.6 },
        new() { Name = "slices", Metric = "roc_auc", Below = 0.5, Segment = "*" },
        new() { Name = "decay", Finding = FindingKind.Decay, Drop = 0.05 },
        new() { Name = "unstable", Metric = "score_psi", Above = 0.2 },
        new() { Name = "unusual", Metric = "score_psi", Beyond = 3 },
        new() { Name = "shifted", Metric = "psi", Feature = "inputs", Above = 0.25, Except = ["y"] },
    ];

    [Fact]
    public void A_metric_is_drawn_with_its_rules_its_target_and_where_decay_begins()
    {
        var limits = RuleLimits.Of("roc_auc", s_rules, [new("roc_auc", 0.7), new("f1", 0.5)], "roc_auc", 0.8);
        Assert.Equal([("weak", 0.6), ("decay", 0.76), ("target", 0.7)], limits.Select(l => (l.Name, Math.Round(l.Value, 12))));
        Assert.All(limits, limit => Assert.True(limit.IsLower));
        // The primary metric alone decays.
        Assert.DoesNotContain(RuleLimits.Of("f1", s_rules, [], "roc_auc", 0.8), limit => limit.Name == "decay");
        Assert.Equal(["unstable"], RuleLimits.Of("score_psi", s_rules, [], "roc_auc", null).Select(l => l.Name));
    }

    [Fact]
    public void Where_decay_is_drawn_its_gap_is_the_drop()
    {
        foreach (var (metric, from) in new[] { ("roc_auc", 0.8), ("rmse", 2.3), ("r2", -0.4) })
        {
            var reached = Gaps.ReachedAt(metric, from, 0.05)!.Value;
            Assert.Equal(0.05, Gaps.Of(MetricDirections.Of(metric), MetricValue.Of(from), MetricValue.Of(reached)).Value!.Value, 1e-12);
        }

        Assert.Null(Gaps.ReachedAt("mean_error", 1, 0.05));
    }

    [Fact]
    public void A_column_is_drawn_with_the_rules_that_judge_it()
    {
        FeatureShape Column(string name, bool input) => new NumericFeatureShape(name, input, Make.Shape([1, 2, 3]));
        Assert.Equal([0.25], RuleLimits.OfFeature("psi", Column("x", true), s_rules).Select(l => l.Value));
        Assert.Empty(RuleLimits.OfFeature("psi", Column("y", true), s_rules));
        Assert.Empty(RuleLimits.OfFeature("psi", Column("x", false), s_rules));
    }

    [Fact]
    public void A_model_is_as_bad_as_the_worst_of_it()
    {
        Finding Found(bool confirmed) => new("decay", "roc_auc", "day", 0.1, 0.05, "") { Confirmed = confirmed };
        Assert.Equal(ModelCondition.Learning, ModelConditions.Of(learning: true, evaluated: false, 0, []));
        Assert.Equal(ModelCondition.NoData, ModelConditions.Of(learning: false, evaluated: false, 0, []));
        Assert.Equal(ModelCondition.Calm, ModelConditions.Of(learning: false, evaluated: true, 0, []));
        Assert.Equal(ModelCondition.Suspected, ModelConditions.Of(learning: false, evaluated: true, 0, [Found(false)]));
        Assert.Equal(ModelCondition.Found, ModelConditions.Of(learning: false, evaluated: true, 0, [Found(false), Found(true)]));
        Assert.Equal(ModelCondition.Firing, ModelConditions.Of(learning: false, evaluated: true, 1, []));
    }
}
