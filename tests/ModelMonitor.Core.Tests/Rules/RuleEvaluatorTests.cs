using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Rules;

public sealed class RuleEvaluatorTests
{
    private static readonly RuleContext Context = new("roc_auc");
    private static readonly RuleDefinition Unstable = new() { Name = "unstable", Metric = "score_psi", Above = 0.2 };
    private static readonly RuleDefinition Shifted = new() { Name = "shifted", Metric = "psi", Feature = "*", Above = 0.2 };
    private static readonly RuleDefinition Weak = new() { Name = "weak", Metric = "roc_auc", Below = 0.6 };
    private static readonly RuleDefinition Decay = new() { Name = "decay", Finding = FindingKind.Decay, Drop = 0.05 };
    private static readonly RuleDefinition Overfitting = new() { Name = "overfitting", Finding = FindingKind.Overfitting, Drop = 0.05 };

    [Fact]
    public void A_score_PSI_above_the_limit_is_a_breach_that_says_what_it_lacks()
    {
        var verdict = Judge(Unstable, Sound with { Drift = Drift(0.31) });
        Assert.Equal((RuleOutcome.Breach, 0.31, 0.2, MetricStatus.NoReferenceChunks), (verdict.Outcome, verdict.Value, verdict.Limit, verdict.Reason));
        Assert.Equal(1, verdict.Message.Split("no_reference_chunks").Length - 1);
        Assert.Equal(RuleOutcome.Ok, Judge(Unstable, Sound).Outcome);
    }

    [Fact]
    public void A_PSI_of_a_quarter_over_fifty_rows_is_no_breach()
    {
        var verdict = Judge(Unstable, Sound with { Drift = Drift(0.25), Rows = 50 });
        Assert.Equal(RuleOutcome.Ok, verdict.Outcome);
        Assert.Equal(27.877164871256568 * ((1.0 / 20_000) + (1.0 / 50)), verdict.Limit!.Value, 9); // χ²(0.999; 9)
    }

    [Fact]
    public void More_features_and_looks_raise_the_limit()
    {
        // χ²(1 − 0.001/(3·288); 9)
        var verdict = RuleEvaluator.Judge(Shifted, Sound with { Drift = Drift(0, ("distance", 0.5)), Rows = 50 }, Reference, Context with { LooksPerWindow = 288 });
        Assert.Equal(44.4672379258411846 * ((1.0 / 20_000) + (1.0 / 50)), verdict.Limit!.Value, 7);
    }

    [Fact]
    public void One_bin_has_no_noise() => Assert.Equal(
        0.2,
        Judge(Unstable, Sound with { Rows = 50, Drift = Drift(0.25) with { PsiBins = new Dictionary<string, int> { [""] = 1 } } }).Limit);

    [Fact]
    public void A_missing_number_of_bins_counts_as_the_most_there_can_be()
    {
        var known = Judge(Unstable, Sound with { Rows = 50, Drift = Drift(0.25) }).Limit;
        var unknown = Judge(Unstable, Sound with { Rows = 50, Drift = Drift(0.25) with { PsiBins = new Dictionary<string, int>() } }).Limit;
        Assert.True(unknown > known);
    }

    [Fact]
    public void The_worst_feature_comes_first()
    {
        var verdict = Judge(Shifted, Sound with { Drift = Drift(0, ("distance", 0.3), ("carrier", 0.1), ("weather", 0.5)) });
        Assert.Equal(RuleOutcome.Breach, verdict.Outcome);
        Assert.Equal([new("weather", 0.5, 0.2), new("distance", 0.3, 0.2)], verdict.Worst);
        Assert.Equal(0.5, verdict.Value);
        Assert.StartsWith("psi of 2 of 3 columns is beyond its limit in window day: weather 0.5 (limit 0.2), distance 0.3", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_columns_in_breach_what_the_model_needs_most_comes_first_else_the_farthest()
    {
        var important = Reference with { Importance = new("roc_auc", 0.75, 100, 3, [new("carrier", 0.1, 0), new("distance", 0.05, 0)]) };
        var breach = RuleEvaluator.Judge(Shifted, Sound with { Drift = Drift(0, ("distance", 0.5), ("carrier", 0.1), ("weather", 0.9)) }, important, Context);
        Assert.Equal(["distance", "weather"], breach.Worst.Select(x => x.Feature));
        var quiet = RuleEvaluator.Judge(Shifted, Sound with { Drift = Drift(0, ("distance", 0.15), ("carrier", 0.1)) }, important, Context);
        Assert.Equal((RuleOutcome.Ok, 0.15), (quiet.Outcome, quiet.Value));
    }

    [Fact]
    public void Where_a_rule_has_below_alone_the_least_value_comes_first()
    {
        var verdict = Judge(Shifted with { Above = null, Below = 0.2 }, Sound with { Drift = Drift(0, ("distance", 0.15), ("carrier", 0.1), ("weather", 0.5)) });
        Assert.Equal(["carrier", "distance"], verdict.Worst.Select(x => x.Feature));
    }

    [Theory]
    [InlineData("*", "distance,carrier,weather")]
    [InlineData("inputs", "distance,carrier")]
    [InlineData("weather", "weather")]
    public void A_rule_is_about_the_features_it_names(string feature, string expected)
    {
        var drift = Drift(0, ("distance", 0.9), ("carrier", 0.8), ("weather", 0.7));
        Assert.Equal(expected, string.Join(',', Judge(Shifted with { Feature = feature }, Sound with { Drift = drift }).Worst.Select(x => x.Feature)));
    }

    [Fact]
    public void Excepted_features_are_left_out()
    {
        var drift = Drift(0, ("distance", 0.9), ("carrier", 0.8), ("weather", 0.7));
        Assert.Equal(["carrier"], Judge(Shifted with { Except = ["distance", "weather"] }, Sound with { Drift = drift }).Worst.Select(x => x.Feature));
    }

    [Fact]
    public void Drift_of_a_column_with_a_data_quality_finding_is_no_breach()
    {
        var evaluation = Diagnosed(Sound with { Drift = DriftWith("distance", ("psi", 2), ("missing_ratio", 0.5)) });
        Assert.Equal(RuleOutcome.Ok, Judge(Shifted, evaluation).Outcome);
        Assert.Equal((RuleOutcome.Withheld, RuleReason.DataQuality), OutcomeOf(Shifted with { Feature = "distance" }, evaluation));
        Assert.Equal(RuleOutcome.Breach, Judge(Shifted with { Metric = "missing_ratio", Above = 0.3 }, evaluation).Outcome);
    }

    [Fact]
    public void Drift_needs_min_rows_and_performance_needs_as_many_labels()
    {
        Assert.Equal((RuleOutcome.Withheld, RuleReason.TooFewRows), OutcomeOf(Unstable with { MinRows = 5_001 }, Sound));
        Assert.Equal(RuleOutcome.Ok, Judge(Unstable with { MinRows = 5_000 }, Sound).Outcome);
        Assert.Equal((RuleOutcome.Withheld, RuleReason.TooFewRows), OutcomeOf(Weak with { MinRows = 4_801 }, Sound));
        Assert.Equal(RuleOutcome.Ok, Judge(Weak with { MinRows = 4_800 }, Sound).Outcome);
    }

    [Fact]
    public void An_empty_window_says_nothing() => Assert.Equal((RuleOutcome.Withheld, MetricStatus.NoRows), OutcomeOf(Unstable, Sound with { Rows = 0 }));

    [Fact]
    public void A_value_below_its_limit_is_a_breach()
    {
        var verdict = Judge(Weak, Sound with { Performance = Keyed(("roc_auc", Auc(0.55))) });
        Assert.Equal((RuleOutcome.Breach, 0.55, 0.6), (verdict.Outcome, verdict.Value, verdict.Limit));
        Assert.Equal("roc_auc is 0.55 in window day, below 0.6.", verdict.Message);
    }

    [Theory]
    [InlineData(0.5, RuleOutcome.Breach, 0.6)]
    [InlineData(0.7, RuleOutcome.Ok, 0.9)]
    [InlineData(0.95, RuleOutcome.Breach, 0.9)]
    public void A_rule_may_have_both_limits(double value, RuleOutcome outcome, double limit)
    {
        var verdict = Judge(Weak with { Above = 0.9 }, Sound with { Performance = Keyed(("roc_auc", Auc(value))) });
        Assert.Equal((outcome, limit), (verdict.Outcome, verdict.Limit));
    }

    [Fact]
    public void Performance_waits_for_its_labels()
    {
        var weak = Sound with { Performance = Keyed(("roc_auc", Auc(0.5))) };
        Assert.Equal((RuleOutcome.Withheld, MetricStatus.LabelsImmature), OutcomeOf(Weak, weak with { PerformanceLabelled = 3_999 }));
        Assert.Equal(RuleOutcome.Breach, Judge(Weak with { MinLabelShare = 0.5 }, weak with { PerformanceLabelled = 3_999 }).Outcome);
        Assert.Equal((RuleOutcome.Withheld, MetricStatus.TooFewLabels), OutcomeOf(Weak, weak with { LabelledPositives = 29 }));
        Assert.Equal((RuleOutcome.Withheld, MetricStatus.TooFewLabels), OutcomeOf(Weak, weak with { Task = TaskKind.Multiclass, LabelledRarestClass = 29 }));
        Assert.Equal((RuleOutcome.Withheld, MetricStatus.TooFewLabels), OutcomeOf(Weak, weak with { Task = TaskKind.Regression, PerformanceRows = 99, PerformanceLabelled = 99 }));
        Assert.Equal((RuleOutcome.Withheld, MetricStatus.LabelsImmature), OutcomeOf(Decay, weak with { PerformanceLabelled = 3_999 }));
        Assert.Equal(RuleOutcome.Ok, Judge(Unstable, weak with { PerformanceLabelled = 0 }).Outcome);
    }

    [Fact]
    public void An_undefined_value_is_withheld_with_its_status()
    {
        Assert.Equal(
            (RuleOutcome.Withheld, MetricStatus.NoPredictedPositives),
            OutcomeOf(Weak with { Metric = "precision" }, Sound with { Performance = Keyed(("precision", MetricValue.Undefined(MetricStatus.NoPredictedPositives))) }));
        Assert.Equal((RuleOutcome.Withheld, RuleReason.NotEvaluated), OutcomeOf(Weak with { Metric = "lift_top_decile" }, Sound));
    }

    [Fact]
    public void Estimates_are_read_beside_realised_values_and_need_no_labels()
    {
        var evaluation = Sound with { PerformanceLabelled = 0, Estimated = Keyed(("roc_auc", Auc(0.5))) };
        Assert.Equal(RuleOutcome.Breach, Judge(Weak with { Metric = "estimated_roc_auc" }, evaluation).Outcome);
        Assert.Equal(evaluation.Range, RuleEvaluator.RangeOf(Weak with { Metric = "estimated_roc_auc" }, evaluation));
    }

    [Fact]
    public void A_version_without_a_baseline_has_no_drift_to_judge()
    {
        Assert.Equal(RuleReason.NoBaseline, RuleEvaluator.Judge(Unstable, Sound, null, Context).Reason);
        Assert.Equal(RuleReason.NoBaseline, RuleEvaluator.Judge(Shifted, Sound, null, Context).Reason);
        Assert.Equal(RuleOutcome.Ok, RuleEvaluator.Judge(Weak, Sound, null, Context).Outcome);
    }

    [Fact]
    public void The_label_PSI_is_judged_over_the_window_whose_labels_are_due()
    {
        var rule = Unstable with { Metric = "label_psi" };
        var drift = Sound.Drift with { Label = Keyed(("psi", MetricValue.Of(0.3))) };
        Assert.Equal(RuleOutcome.Breach, Judge(rule, Sound with { Drift = drift }).Outcome);
        Assert.Equal(MetricStatus.LabelsImmature, Judge(rule, Sound with { Drift = drift, PerformanceLabelled = 100 }).Reason);
        Assert.Equal(Sound.PerformanceRange, RuleEvaluator.RangeOf(rule, Sound));

        // Its noise follows the labels, not the rows: χ²(0.999; 1)·(1/20 000 + 1/40) = 0.271.
        Assert.Equal(RuleOutcome.Breach, Judge(rule, Sound with { Drift = drift, PerformanceRows = 40, PerformanceLabelled = 40 }).Outcome);
        Assert.Equal(RuleOutcome.Ok, Judge(rule, Sound with { Drift = drift, PerformanceRows = 36, PerformanceLabelled = 36 }).Outcome);
        var without = drift with { PsiBins = new Dictionary<string, int> { [DriftValues.LabelBinsKey] = 0 } };
        Assert.Equal(RuleOutcome.Ok, Judge(rule, Sound with { Drift = without, PerformanceRows = 36, PerformanceLabelled = 36 }).Outcome);
    }

    [Fact]
    public void What_rests_on_labels_is_about_the_range_whose_labels_are_due()
    {
        Assert.All([Weak, Decay], rule => Assert.Equal(Sound.PerformanceRange, RuleEvaluator.RangeOf(rule, Sound)));
        Assert.All([Unstable, Shifted, Overfitting], rule => Assert.Equal(Sound.Range, RuleEvaluator.RangeOf(rule, Sound)));
    }

    [Fact]
    public void A_rules_own_drop_is_the_limit_of_the_gap()
    {
        var evaluation = Sound with { Gaps = [Gap("holdout", "production", 0.08, 0.01)] };
        var verdict = Judge(Decay, evaluation);
        Assert.Equal((RuleOutcome.Breach, 0.08, 0.05), (verdict.Outcome, verdict.Value, verdict.Limit));
        Assert.Equal(RuleOutcome.Ok, Judge(Decay with { Drop = 0.1 }, evaluation).Outcome);
        Assert.Equal(0.05, Judge(Decay with { Drop = null }, evaluation).Limit);
    }

    [Fact]
    public void A_suspicion_is_no_breach_but_is_told() =>
        Assert.Contains("suspected only", OkOf(Decay, Sound with { Gaps = [Gap("holdout", "production", 0.06, 0.02)] }).Message, StringComparison.Ordinal);

    [Fact]
    public void A_gap_that_cannot_be_told_from_chance_is_withheld()
    {
        Assert.Equal((RuleOutcome.Withheld, RuleReason.NoStandardError), OutcomeOf(Decay, Sound with { Gaps = [Gap("holdout", "production", 0.5, null)] }));
        Assert.Equal((RuleOutcome.Withheld, RuleReason.NotEvaluated), OutcomeOf(Decay, Sound with { Gaps = [] }));
        GeneralizationGap undefined = new("roc_auc", "holdout", "production", MetricValue.Undefined(MetricStatus.ZeroDenominator));
        Assert.Equal((RuleOutcome.Withheld, MetricStatus.ZeroDenominator), OutcomeOf(Decay, Sound with { Gaps = [undefined] }));
    }

    [Fact]
    public void Overfitting_is_judged_on_the_version_whatever_the_window_holds()
    {
        var evaluation = Sound with { Rows = 0, PerformanceRows = 0, PerformanceLabelled = 0, Gaps = [Gap("train", "holdout", 0.12, 0.01)] };
        Assert.Equal(RuleOutcome.Breach, Judge(Overfitting, evaluation).Outcome);
        Assert.Equal(RuleOutcome.Ok, Judge(Overfitting, Sound).Outcome);
        Assert.Equal(MetricStatus.TooFewLabels, RuleEvaluator.Judge(Overfitting, evaluation, Reference with { Labels = new(5_000, 29, 4_971) }, Context).Reason);
    }

    [Fact]
    public void A_rule_on_another_finding_is_in_breach_where_that_is_present()
    {
        var evaluation = Diagnosed(Sound with { Drift = Drift(0, ("distance", 0.3), ("weather", 0.5)) });
        var rule = new RuleDefinition { Name = "any", Finding = FindingKind.UnstableFeature };
        Assert.Equal(["weather", "distance"], Judge(rule, evaluation).Worst.Select(x => x.Feature));
        Assert.Equal(["distance"], Judge(rule with { Feature = "inputs" }, evaluation).Worst.Select(x => x.Feature));
        Assert.Equal(RuleOutcome.Ok, Judge(rule with { Except = ["distance", "weather"] }, evaluation).Outcome);
        Assert.Equal(RuleOutcome.Ok, Judge(rule with { Finding = FindingKind.SchemaChanged }, evaluation).Outcome);
    }

    [Fact]
    public void One_class_is_judged_although_the_other_lacks_its_thirty_rows()
    {
        var evaluation = Diagnosed(Sound with { LabelledPositives = 0 });
        Assert.Equal(RuleOutcome.Breach, Judge(new() { Name = "one", Finding = FindingKind.OneClass }, evaluation).Outcome);
        Assert.Equal(MetricStatus.TooFewLabels, Judge(new() { Name = "flat", Finding = FindingKind.NoDiscrimination }, evaluation).Reason);
    }

    private static Evaluation Diagnosed(Evaluation evaluation) => evaluation with { Findings = FindingsOf(evaluation) };

    private static RuleVerdict Judge(RuleDefinition rule, Evaluation evaluation) => RuleEvaluator.Judge(rule, evaluation, Reference, Context);

    private static (RuleOutcome, string?) OutcomeOf(RuleDefinition rule, Evaluation evaluation) => (Judge(rule, evaluation).Outcome, Judge(rule, evaluation).Reason);

    private static RuleVerdict OkOf(RuleDefinition rule, Evaluation evaluation)
    {
        var verdict = Judge(rule, evaluation);
        Assert.Equal(RuleOutcome.Ok, verdict.Outcome);
        return verdict;
    }
}
