using ModelMonitor.Core.Diagnosis;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Diagnosis;

public sealed class DriftFindingTests
{
    [Fact]
    public void A_score_PSI_above_one_fifth_is_unstable()
    {
        var finding = FindingOf(Sound with { Drift = Drift(0.31) });
        Assert.Equal((FindingKind.UnstableScore, 0.31, 0.2), (finding.Kind, finding.Value, finding.Limit));
        Assert.Equal("The PSI of the scores from the reference to window day is 0.31, limit 0.2.", finding.Message);
        Assert.Empty(FindingsOf(Sound with { Drift = Drift(0.2) }));
    }

    [Fact]
    public void The_same_PSI_over_fifty_rows_is_noise() =>
        Assert.Empty(FindingsOf(Sound with { Drift = Drift(0.31, ("distance", 0.4)), Rows = 50 }));

    [Fact]
    public void Unstable_features_come_worst_first()
    {
        var found = FindingsOf(Sound with { Drift = Drift(0, ("distance", 0.3), ("carrier", 0.1), ("weather", 0.5)) });
        Assert.Equal(["weather", "distance"], found.Select(finding => finding.Feature));
        Assert.All(found, finding => Assert.Equal(FindingKind.UnstableFeature, finding.Kind));
    }

    [Fact]
    public void Of_unstable_features_what_the_model_needs_most_comes_first_and_what_it_does_not_use_last()
    {
        var important = Reference with { Importance = new("roc_auc", 0.75, 100, 3, [new("carrier", 0.1, 0), new("distance", 0.05, 0)]) };
        var found = FindingsOf(Sound with { Drift = Drift(0, ("distance", 0.5), ("carrier", 0.3), ("weather", 0.9)) }, important);
        Assert.Equal(["carrier", "distance", "weather"], found.Select(finding => finding.Feature));
    }

    [Fact]
    public void More_looks_ask_for_more_evidence()
    {
        // 10 bins, 100 rows: noise 0.280 for one look at one feature, 0.51 for 288 looks at 50.
        var evaluation = Sound with { Drift = Drift(0, ("distance", 0.35)), Rows = 100 };
        Assert.Single(FindingsOf(evaluation, options: Options with { Features = 1 }));
        Assert.Empty(FindingsOf(evaluation, options: Options with { Features = 50, LooksPerWindow = 288 }));
    }

    [Fact]
    public void A_data_quality_finding_suppresses_the_drift_of_its_column_alone()
    {
        var drift = DriftWith("distance", ("psi", 2), ("missing_ratio", 0.5));
        var found = FindingsOf(Sound with { Drift = drift });
        Assert.Equal(FindingKind.DataQuality, Assert.Single(found).Kind);
        var both = FindingsOf(Sound with { Drift = drift with { Features = [.. drift.Features.Take(1), .. Drift(0, ("weather", 0.5)).Features] } });
        Assert.Equal([(FindingKind.DataQuality, "distance"), (FindingKind.UnstableFeature, "weather")], both.Select(finding => (finding.Kind, finding.Feature)));
    }

    [Theory]
    [InlineData(0.0199, 5_000, false)] // reference 1 %: within a percentage point
    [InlineData(0.0205, 5_000, true)] // 3 standard errors are 0.0064
    [InlineData(0.03, 100, false)] // 3 standard errors are 0.051
    [InlineData(1, 29, false)]
    [InlineData(1, 30, true)]
    public void Missing_values_count_above_the_references_share_by_a_point_and_three_errors(double ratio, long rows, bool found) =>
        Assert.Equal(found, FindingsOf(Sound with { Rows = rows, Drift = DriftWith("distance", ("missing_ratio", ratio)) }).Any(finding => finding.Metric == "missing_ratio"));

    [Fact]
    public void Unseen_categories_count_beyond_what_the_reference_lets_expect()
    {
        // Good–Turing: 20 / 20 000 = 0.1 %.
        Assert.Empty(FindingsOf(Sound with { Drift = DriftWith("carrier", ("unseen_ratio", 0.0105)) }));
        var finding = FindingOf(Sound with { Drift = DriftWith("carrier", ("unseen_ratio", 0.02)) });
        Assert.Equal((FindingKind.DataQuality, "unseen_ratio", "carrier"), (finding.Kind, finding.Metric, finding.Feature));
        Assert.Equal(0.011, finding.Limit!.Value, 12);
    }

    [Fact]
    public void An_infinite_value_is_a_finding_and_one_out_of_range_is_not()
    {
        Assert.Equal("infinite_ratio", FindingOf(Sound with { Drift = DriftWith("weather", ("infinite_ratio", 0.0002)) }).Metric);
        Assert.Empty(FindingsOf(Sound with { Drift = DriftWith("weather", ("infinite_ratio", 0), ("out_of_range_ratio", 0.4)) }));
    }

    [Fact]
    public void Columns_that_come_or_go_are_a_changed_schema()
    {
        var finding = FindingOf(Sound with { RowsWithExtraColumns = 10, RowsWithMissingColumns = 1_200 });
        Assert.Equal((FindingKind.SchemaChanged, 1_200.0), (finding.Kind, finding.Value));
        Assert.Equal("Of 5 000 rows in window day, 1 200 without a watched column and 10 with columns unknown to the baseline arrived.", finding.Message);
        Assert.Contains("unknown to the baseline", FindingOf(Sound with { RowsWithExtraColumns = 1 }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_segment_stands_in_the_message() =>
        Assert.Contains("segment carrier=AA", FindingOf(Sound with { Segment = "carrier=AA", Drift = Drift(0.5) }).Message, StringComparison.Ordinal);
}
