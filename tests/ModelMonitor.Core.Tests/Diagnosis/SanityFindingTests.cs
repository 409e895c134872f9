using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Diagnosis;

public sealed class SanityFindingTests
{
    [Theory]
    [InlineData(0.51, 0.02, FindingKind.NoDiscrimination)]
    [InlineData(0.45, 0.02, FindingKind.InvertedScores)]
    [InlineData(0.30, 0.02, FindingKind.InvertedScores)]
    [InlineData(0.51, 0.05, null)] // up to 0.608: ignorance, not evidence
    [InlineData(0.55, 0.02, null)] // from 0.511
    public void An_AUC_near_or_below_one_half_is_a_finding_only_with_a_narrow_interval(double auc, double error, string? kind)
    {
        var found = FindingsOf(Sound with { Performance = Keyed(("roc_auc", Auc(auc, error))) });
        Assert.Equal(kind, found.SingleOrDefault()?.Kind);
    }

    /// <summary>Days that differ widen the interval that is judged: 0.45 ∓ 1.96·0.05 is no longer below 0.5, and not known to be below 0.6 either where it ends at 0.61.</summary>
    [Theory]
    [InlineData(0.45, 0.02, 0.05, FindingKind.NoDiscrimination)]
    [InlineData(0.51, 0.02, 0.05, null)]
    [InlineData(0.45, 0.02, 0.01, FindingKind.InvertedScores)]
    public void An_AUC_is_judged_by_the_larger_of_its_errors(double auc, double error, double block, string? kind)
    {
        var found = FindingsOf(Sound with { Performance = Keyed(("roc_auc", Auc(auc, error) with { BlockError = block })) });
        Assert.Equal(kind, found.SingleOrDefault()?.Kind);
    }

    [Fact]
    public void An_AUC_without_an_interval_says_nothing() =>
        Assert.Empty(FindingsOf(Sound with { Performance = Keyed(("roc_auc", MetricValue.Of(0.5))) }));

    [Fact]
    public void A_version_that_does_not_discriminate_on_its_holdout_stops_at_the_gate()
    {
        var baseline = Reference with { Train = new(40_000, Keyed(("roc_auc", Auc(0.5)))), Holdout = new(20_000, Keyed(("roc_auc", Auc(0.5)))) };
        var finding = Assert.Single(Findings.OfVersion(baseline, Options with { Targets = Values() }));
        Assert.Equal((FindingKind.NoDiscrimination, Findings.VersionWindow), (finding.Kind, finding.Window));
    }

    [Fact]
    public void Scores_that_moved_from_train_to_holdout_stop_at_the_gate()
    {
        Assert.Equal(FindingKind.UnstableScore, Assert.Single(Findings.OfVersion(Reference with { ScorePsiTrainToHoldout = 0.21 }, Options)).Kind);
        Assert.Empty(Findings.OfVersion(Reference with { ScorePsiTrainToHoldout = 0.2 }, Options));
        Assert.Empty(Findings.OfVersion(Reference with { Holdout = null, ScorePsiTrainToHoldout = null }, Options));
    }

    [Fact]
    public void A_score_PSI_on_a_small_holdout_is_noise_at_the_gate()
    {
        var baseline = Reference with { ScorePsiTrainToHoldout = 0.25, Holdout = new(100, Keyed(("roc_auc", Auc(0.75)))) };
        Assert.Empty(Findings.OfVersion(baseline, Options));
    }

    [Fact]
    public void Equal_scores_are_a_finding()
    {
        var finding = FindingOf(Sound with { ScoreMinimum = 0.5, ScoreMaximum = 0.5 });
        Assert.Equal((FindingKind.ConstantScore, 0.5), (finding.Kind, finding.Value));
        Assert.Equal("All 5 000 scores in window day are 0.5.", finding.Message);
    }

    [Fact]
    public void Equal_scores_of_a_handful_of_rows_are_no_finding() =>
        Assert.Empty(FindingsOf(Sound with { ScoreMinimum = 0.5, ScoreMaximum = 0.5, Unscored = 4_971 }));

    [Fact]
    public void Equal_scores_where_most_of_the_reference_has_one_score_are_no_finding()
    {
        long[] counts = [19_990, 10];
        var baseline = Reference with { Score = Reference.Score with { Counts = counts } };
        Assert.Empty(FindingsOf(Sound with { ScoreMinimum = 0.5, ScoreMaximum = 0.5, Rows = 1_000, Unscored = 0 }, baseline));
    }

    [Fact]
    public void A_model_that_was_constant_from_the_start_is_still_a_finding()
    {
        var baseline = Reference with { Score = Reference.Score with { Counts = [20_000], Minimum = 0.5, Maximum = 0.5 } };
        Assert.Contains("as all of the reference are", FindingOf(Sound with { ScoreMinimum = 0.5, ScoreMaximum = 0.5 }, baseline).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(4_800, 1.0)]
    public void Labels_of_one_class_are_a_finding(long positives, double value)
    {
        var found = FindingsOf(Sound with { LabelledPositives = positives });
        Assert.Equal([FindingKind.OneClass, FindingKind.LabelShift], found.Select(finding => finding.Kind));
        Assert.Equal(value, found[0].Value);
    }

    [Theory]
    [InlineData(30, 1)] // 0.8³⁰ = 0.0012: chance
    [InlineData(31, 0)] // 0.8³¹ = 0.00099
    public void Labels_of_one_class_are_chance_in_a_small_window(long labelled, int silent)
    {
        var evaluation = Sound with { PerformanceRows = labelled, PerformanceLabelled = labelled, LabelledPositives = 0 };
        Assert.Equal(1 - silent, FindingsOf(evaluation).Count(finding => finding.Kind == FindingKind.OneClass));
    }

    [Fact]
    public void Labels_of_one_class_are_not_judged_before_they_are_due() =>
        Assert.Empty(FindingsOf(Sound with { PerformanceLabelled = 1_000, LabelledPositives = 1_000 }));

    [Theory]
    [InlineData(1_300, true)] // 27 % against 20 %
    [InlineData(600, true)]
    [InlineData(1_150, false)] // 24 %: significant, but within 20 % relative
    public void A_label_rate_far_from_the_references_is_a_label_shift(long positives, bool shifted) =>
        Assert.Equal(shifted, FindingsOf(Sound with { LabelledPositives = positives }).Any(finding => finding.Kind == FindingKind.LabelShift));

    [Fact]
    public void A_label_rate_within_six_standard_errors_is_no_label_shift() =>
        Assert.Empty(FindingsOf(Sound with { PerformanceRows = 200, PerformanceLabelled = 200, LabelledPositives = 60 }));
}
