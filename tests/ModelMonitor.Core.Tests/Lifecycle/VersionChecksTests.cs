using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Core.Metrics;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Lifecycle;

public sealed class VersionChecksTests
{
    [Theory]
    [InlineData(0.80, 0.79, 0.80, 0.79, true)] // 1.25 %: below the limit
    [InlineData(0.90, 0.80, 0.80, 0.79, false)] // 11 % against 1 %
    [InlineData(0.95, 0.80, 0.96, 0.78, true)] // 16 % against 19 %: not larger than the champion's
    [InlineData(0.99, 0.70, 0.96, 0.85, false)] // 29 % against 11 %
    public void A_gap_is_small_or_no_larger_than_the_champions(double train, double holdout, double championTrain, double championHoldout, bool passed)
    {
        var check = VersionChecks.Overfitting(Of("2", train, holdout), Of("1", championTrain, championHoldout), Options);
        Assert.True(passed == check.Passed, check.Text);
        Assert.StartsWith("roc_auc is ", check.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_the_other_way_is_none() => Assert.Equal("roc_auc is no worse on the hold-out than on the training data.", VersionChecks.Overfitting(Of("2", 0.80, 0.81), Of("1", 0.80, 0.79), Options).Text);

    [Fact]
    public void Without_a_holdout_nothing_is_taken_for_granted() => Assert.False(VersionChecks.Overfitting(Of("2", 0.8, 0.8) with { Holdout = null }, Of("1", 0.8, 0.8), Options).Passed);

    [Fact]
    public void Scores_that_say_nothing_are_told()
    {
        Assert.True(VersionChecks.Sanity(Of("2", 0.8, 0.79), Options).Passed);
        var check = VersionChecks.Sanity(Of("2", 0.8, 0.5), Options);
        Assert.False(check.Passed);
        Assert.Contains("0.5", check.Text, StringComparison.Ordinal);
        // Overfitting is a check of its own.
        Assert.True(VersionChecks.Sanity(Of("2", 0.99, 0.7), Options).Passed);
        Assert.False(VersionChecks.Sanity(Of("2", 0.8, 0.79) with { ScorePsiTrainToHoldout = 0.9 }, Options).Passed);
    }

    [Fact]
    public void Better_means_by_more_than_the_margin_and_beyond_chance()
    {
        var compared = new PairedDifference("roc_auc", 0.75, 0.78, 0.03, 0.01, 5000, "delong");
        Assert.True(VersionChecks.Better("holdout", "roc_auc", compared, 0.005, 0.05).Passed);
        Assert.False(VersionChecks.Better("holdout", "roc_auc", compared, 0.02, 0.05).Passed);
        Assert.False(VersionChecks.Better("holdout", "roc_auc", compared, 0.005, TestLevels.Of(5)).Passed);
        Assert.False(VersionChecks.Better("holdout", "roc_auc", null, 0, 0.05).Passed);
        Assert.Equal("roc_auc over 5000 rows: 0.78 against 0.75, better by 0.03 (0.0104 to 0.0496 at the level 0.05).", VersionChecks.Better("holdout", "roc_auc", compared, 0, 0.05).Text);
    }

    [Fact]
    public void A_version_is_taken_back_only_where_it_is_worse_beyond_chance()
    {
        Assert.True(VersionChecks.NotWorse("watch", "mse", null, 0.05).Passed);
        Assert.True(VersionChecks.NotWorse("watch", "mse", new("mse", 3, 3.1, -0.1, 0.1, 500, "paired"), 0.05).Passed);
        Assert.False(VersionChecks.NotWorse("watch", "mse", new("mse", 3, 3.5, -0.5, 0.1, 500, "paired"), 0.05).Passed);
    }

    [Fact]
    public void A_shadow_scores_what_the_champion_scores_and_says_something()
    {
        var (own, its) = (Evaluated("2", 1000, 3), Evaluated("1", 1000, 1));
        Assert.True(VersionChecks.Shadow(own, its).Passed);
        Assert.Contains("997 of 1000 rows", VersionChecks.Shadow(own, its).Text, StringComparison.Ordinal);
        Assert.False(VersionChecks.Shadow(Evaluated("2", 1000, 12), its).Passed);
        Assert.True(VersionChecks.Shadow(Evaluated("2", 1000, 12), Evaluated("1", 1000, 10)).Passed);
        var constant = own with { Findings = [new Finding(FindingKind.ConstantScore, null, "shadow", null, null, "All scores are 0.5.")] };
        Assert.Equal("All scores are 0.5.", VersionChecks.Shadow(constant, its).Text);
        Assert.False(VersionChecks.Shadow(constant, its).Passed);
        // What the rows are like is no fault of the version.
        Assert.True(VersionChecks.Shadow(own with { Findings = [new Finding(FindingKind.UnstableFeature, "psi", "shadow", 1, 0.2, "moved")] }, its).Passed);
    }

    private static Evaluation Evaluated(string version, long rows, long unscored) => Sound with { Version = version, Rows = rows, Unscored = unscored };

    private static Baseline Of(string version, double train, double holdout) => Reference with
    {
        Version = version,
        Train = new ReferencePerformance(12_000, new Dictionary<string, MetricValue> { ["roc_auc"] = Value(train) }),
        Holdout = new ReferencePerformance(6_000, new Dictionary<string, MetricValue> { ["roc_auc"] = Value(holdout) }),
        ScorePsiTrainToHoldout = 0.01,
    };

    private static MetricValue Value(double auc) => Intervals.Symmetric(auc, 0.01, 6000);
}
