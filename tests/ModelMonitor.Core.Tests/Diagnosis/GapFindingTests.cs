using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Diagnosis;

public sealed class GapFindingTests
{
    [Fact]
    public void A_sound_window_has_no_finding() => Assert.Empty(FindingsOf(Sound));

    [Theory]
    [InlineData(0.08, 0.01, GapGrade.Confirmed)] // 0.08 − 1.645 · 0.01 = 0.0636
    [InlineData(0.0665, 0.01, GapGrade.Confirmed)]
    [InlineData(0.0664, 0.01, GapGrade.Suspected)]
    [InlineData(0.06, 0.03, GapGrade.Suspected)] // 0.06 − 1.96 · 0.03 > 0
    [InlineData(0.06, 0.031, GapGrade.None)]
    [InlineData(0.04, 0.001, GapGrade.None)]
    [InlineData(0.05, 0.0, GapGrade.None)]
    [InlineData(-0.2, 0.01, GapGrade.None)]
    public void A_gap_is_confirmed_by_its_one_sided_bound_and_suspected_by_its_interval(double gap, double error, GapGrade expected) =>
        Assert.Equal(expected, GapJudgement.Of(MetricValue.Of(gap) with { StandardError = error }, 0.05));

    [Fact]
    public void A_gap_is_judged_by_the_larger_of_its_errors()
    {
        var gap = MetricValue.Of(0.1) with { StandardError = 0.01 };
        Assert.Equal(GapGrade.Confirmed, GapJudgement.Of(gap, 0.05));
        Assert.Equal(GapGrade.Confirmed, GapJudgement.Of(gap with { BlockError = 0.001 }, 0.05));
        Assert.Equal(GapGrade.Suspected, GapJudgement.Of(gap with { BlockError = 0.04 }, 0.05));
        Assert.Equal(GapGrade.None, GapJudgement.Of(gap with { BlockError = 0.06 }, 0.05));
        Assert.Equal(0.1 - (1.6448536269514722 * 0.04), GapJudgement.LowerBound(gap with { BlockError = 0.04 })!.Value, 1e-12);
    }

    [Fact]
    public void A_gap_without_a_standard_error_has_no_grade() => Assert.Equal(GapGrade.Unknown, GapJudgement.Of(MetricValue.Of(0.9), 0.05));

    [Fact]
    public void Decay_is_confirmed_from_holdout_to_production()
    {
        var finding = FindingOf(WithGap("holdout", "production", 0.08, 0.01));
        Assert.Equal((FindingKind.Decay, "roc_auc", "day", true), (finding.Kind, finding.Metric, finding.Window, finding.Confirmed));
        Assert.Equal((0.08, 0.05), (finding.Value, finding.Limit));
        Assert.Equal("roc_auc is 8 % worse in window day than on the hold-out, limit 5 % (above 6.36 % with 95 % confidence).", finding.Message);
    }

    [Fact]
    public void Decay_is_suspected_where_the_interval_excludes_zero_only() => Assert.False(FindingOf(WithGap("holdout", "production", 0.06, 0.02)).Confirmed);

    [Fact]
    public void Decay_without_an_interval_is_not_found() => Assert.Empty(FindingsOf(WithGap("holdout", "production", 0.5, null)));

    [Fact]
    public void A_gap_from_train_to_production_is_no_decay_where_there_is_a_holdout() => Assert.Empty(FindingsOf(WithGap("train", "production", 0.3, 0.01)));

    [Fact]
    public void Without_a_holdout_there_is_no_decay_for_training_rows_flatter_their_model()
    {
        var baseline = Reference with { Holdout = null, ScorePsiTrainToHoldout = null };
        Assert.Empty(FindingsOf(WithGap("train", "production", 0.3, 0.01), baseline));
    }

    [Fact]
    public void Gaps_of_other_metrics_than_the_primary_one_are_shown_only() =>
        Assert.Empty(FindingsOf(Sound with { Gaps = [Gap("holdout", "production", 0.5, 0.01, "f1")] }));

    [Theory]
    [InlineData(3_999, 800)] // 79.98 % labelled
    [InlineData(4_800, 29)]
    [InlineData(4_800, 4_771)]
    public void Immature_or_too_few_labels_give_no_performance_finding(long labelled, long positives)
    {
        var evaluation = WithGap("holdout", "production", 0.5, 0.01) with { PerformanceLabelled = labelled, LabelledPositives = positives, Performance = Keyed(("roc_auc", Auc(0.5))) };
        Assert.DoesNotContain(FindingsOf(evaluation), finding => finding.Kind is FindingKind.Decay or FindingKind.NoDiscrimination);
    }

    [Fact]
    public void Overfitting_is_found_over_every_window_and_in_the_baseline()
    {
        var finding = FindingOf(WithGap("train", "holdout", 0.12, 0.01));
        Assert.Equal((FindingKind.Overfitting, "day", true), (finding.Kind, finding.Window, finding.Confirmed));

        var baseline = Reference with { Train = new(40_000, Keyed(("roc_auc", Auc(0.9)))) };
        var alone = Assert.Single(Findings.OfVersion(baseline, Options));
        Assert.Equal((FindingKind.Overfitting, Findings.VersionWindow, true), (alone.Kind, alone.Window, alone.Confirmed));
        Assert.Equal((0.9 - 0.75) / 0.9, alone.Value!.Value, 12);
    }

    [Fact]
    public void The_gap_of_a_lower_is_better_metric_is_positive_where_it_grows()
    {
        var baseline = Reference with
        {
            Train = new(40_000, Keyed(("log_loss", Auc(0.4)))),
            Holdout = new(20_000, Keyed(("log_loss", Auc(0.5)))),
        };
        var finding = Assert.Single(Findings.OfVersion(baseline, Options with { PrimaryMetric = "log_loss" }));
        Assert.Equal(0.25, finding.Value!.Value, 12);
    }

    [Fact]
    public void The_standard_error_of_a_versions_gap_follows_its_formula()
    {
        // g = 0.25, SE² = (0.02² + 0.75²·0.01²)/0.8², g − 1.645·SE = 0.20608
        var finding = Assert.Single(Findings.OfVersion(WithPerformance(Auc(0.8, 0.01), Auc(0.6, 0.02)), Options));
        Assert.EndsWith("limit 5 % (above 20.61 % with 95 % confidence): it is overfitted.", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_without_a_defined_gap_is_not_judged()
    {
        var noTarget = Options with { Targets = Values() };
        Assert.Empty(Findings.OfVersion(WithPerformance(Auc(1e-7), Auc(0.6)), noTarget));
        Assert.Empty(Findings.OfVersion(WithPerformance(Auc(0.9), MetricValue.Undefined(MetricStatus.OneClassOnly)), noTarget));
        Assert.Empty(Findings.OfVersion(WithPerformance(MetricValue.Of(0.9), MetricValue.Of(0.6)), noTarget));
        Assert.Empty(Findings.OfVersion(Reference with { Holdout = null, ScorePsiTrainToHoldout = null }, noTarget));
    }

    [Fact]
    public void Overfitting_on_a_holdout_with_too_few_of_a_class_is_not_found()
    {
        var baseline = Reference with { Train = new(40_000, Keyed(("roc_auc", Auc(0.9)))), Labels = new(5_000, 29, 4_971) };
        Assert.Empty(Findings.OfVersion(baseline, Options));
    }

    [Fact]
    public void A_train_value_that_misses_the_target_is_underfitting()
    {
        var finding = FindingOf(Sound, options: Options with { Targets = Values(("roc_auc", 0.77)) });
        Assert.Equal((FindingKind.Underfitting, 0.76, 0.77), (finding.Kind, finding.Value, finding.Limit));
        Assert.Equal(FindingKind.Underfitting, Assert.Single(Findings.OfVersion(Reference, Options with { Targets = Values(("roc_auc", 0.77)) })).Kind);
    }

    [Fact]
    public void Underfitting_is_not_said_again_of_every_segment() =>
        Assert.Empty(FindingsOf(Sound with { Segment = "carrier=AA" }, options: Options with { Targets = Values(("roc_auc", 0.77)) }));

    [Fact]
    public void Without_a_target_for_the_primary_metric_nothing_is_underfitted() =>
        Assert.Empty(FindingsOf(Sound, options: Options with { Targets = Values(("f1", 0.99)) }));

    [Theory]
    [InlineData("rmse", 2, 1, true)]
    [InlineData("rmse", 1, 2, false)]
    [InlineData("r2", 0.1, 0.5, true)]
    [InlineData("mean_error", -3, 2, true)]
    [InlineData("mean_error", -1, 2, false)]
    public void Whether_a_target_is_missed_depends_on_the_metrics_direction(string metric, double value, double target, bool misses) =>
        Assert.Equal(misses, PrimaryMetric.Misses(metric, value, target));

    [Fact]
    public void The_primary_metric_is_the_first_target_else_the_tasks_own()
    {
        Assert.Equal("f1", PrimaryMetric.Of(TaskKind.Binary, Values(("f1", 0.5), ("roc_auc", 0.7))));
        Assert.Equal("roc_auc", PrimaryMetric.Of(TaskKind.Binary, Values()));
        Assert.Equal("roc_auc_ovr_macro", PrimaryMetric.Of(TaskKind.Multiclass, Values()));
        Assert.Equal("r2", PrimaryMetric.Of(TaskKind.Regression, Values()));
    }

    private static Baseline WithPerformance(MetricValue train, MetricValue holdout) =>
        Reference with { Train = new(40_000, Keyed(("roc_auc", train))), Holdout = new(20_000, Keyed(("roc_auc", holdout))) };

    private static Evaluation WithGap(string from, string to, double value, double? error) => Sound with { Gaps = [Gap(from, to, value, error)] };
}
