using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Diagnosis;

public sealed class CalibrationLossTests
{
    /// <summary>Estimated minus realised with a standard error of 0.01.</summary>
    private static Evaluation Off(params (string Key, double Error)[] errors) => Sound with
    {
        Performance = Keyed(("roc_auc", Auc(0.745)), ("brier", Auc(0.14)), ("precision", Auc(0.5, 0.02)), ("f1", Auc(0.5)), ("ks", Auc(0.4))),
        Estimated = Keyed(("roc_auc", Auc(0.7)), ("f1", Auc(0.4))),
        EstimatedErrors = Keyed([.. errors.Select(e => (e.Key, MetricValue.Of(e.Error) with { StandardError = 0.01 }))]),
    };

    private static IEnumerable<Finding> Lost(Evaluation evaluation, FindingOptions? options = null) =>
        FindingsOf(evaluation, options: options).Where(f => f.Kind == FindingKind.CalibrationLost);

    /// <summary>z of 1 − 0.001 in both directions together is 3.2905, of 1 − 0.001/3 3.5879.</summary>
    [Theory]
    [InlineData(0.0329, false)]
    [InlineData(0.0330, true)]
    [InlineData(-0.0330, true)]
    [InlineData(-0.0329, false)]
    public void One_metric_alone_is_judged_at_one_in_a_thousand(double error, bool lost) => Assert.Equal(lost, Lost(Off(("roc_auc", error))).Any());

    [Theory]
    [InlineData(0.0358, false)]
    [InlineData(0.0359, true)]
    public void Three_metrics_share_it(double error, bool lost) => Assert.Equal(lost, Lost(Off(("roc_auc", 0), ("precision", 0), ("brier", error))).Any());

    [Fact]
    public void Many_looks_share_it_too()
    {
        Assert.Single(Lost(Off(("roc_auc", 0.04))));
        Assert.Empty(Lost(Off(("roc_auc", 0.04)), Options with { LooksPerWindow = 288 }));
    }

    [Fact]
    public void The_bound_of_the_bins_is_no_evidence()
    {
        var off = Off(("roc_auc", 0.04));
        Assert.Empty(Lost(off with { EstimatedErrors = Keyed(("roc_auc", off.EstimatedErrors["roc_auc"] with { ErrorBound = 0.01 })) }));
    }

    [Fact]
    public void Days_that_differ_widen_what_is_borne()
    {
        var off = Off(("roc_auc", 0.04));
        Assert.Empty(Lost(off with { EstimatedErrors = Keyed(("roc_auc", off.EstimatedErrors["roc_auc"] with { BlockError = 0.02 })) }));
        Assert.Single(Lost(off with { EstimatedErrors = Keyed(("roc_auc", off.EstimatedErrors["roc_auc"] with { BlockError = 0.001 })) }));
    }

    [Fact]
    public void The_finding_names_the_metric_farthest_beyond_and_both_values()
    {
        var finding = Assert.Single(Lost(Off(("roc_auc", -0.05), ("brier", 0.06))));
        Assert.Equal(("brier", 0.06), (finding.Metric, finding.Value));
        Assert.Equal(0.0348, finding.Limit!.Value, 1e-4);
        Assert.Contains("brier estimated without labels is 0.2 over window day and 0.14 with them", finding.Message, StringComparison.Ordinal);
        Assert.True(Assert.Single(Lost(Off(("roc_auc", -0.05)))).Limit < 0);
    }

    [Fact]
    public void The_primary_metric_is_judged_and_others_are_shown_only()
    {
        Assert.Empty(Lost(Off(("f1", 0.5), ("ks", 0.5))));
        Assert.Single(Lost(Off(("f1", 0.5)), Options with { PrimaryMetric = "f1" }));
    }

    [Fact]
    public void Labels_that_are_not_due_judge_nothing()
    {
        var off = Off(("roc_auc", 0.5));
        Assert.Single(Lost(off));
        Assert.Empty(Lost(off with { PerformanceLabelled = 3_000 }));
        Assert.Empty(Lost(off with { LabelledPositives = 29 }));
        Assert.True(FindingKind.RestsOnLabels(FindingKind.CalibrationLost));
    }

    /// <summary>SE 0.02 at 0.5 are 625 predicted positives; SE 0.15 at 0.5 eleven, of which half are too few.</summary>
    [Fact]
    public void A_precision_of_a_handful_judges_nothing()
    {
        var off = Off(("precision", 0.2));
        Assert.Single(Lost(off));
        Assert.Empty(Lost(off with { Performance = Keyed(("precision", Auc(0.5, 0.15))) }));
        Assert.Empty(Lost(off with { Performance = Keyed(("precision", Auc(0, 0))) }));
    }

    [Fact]
    public void What_is_lost_is_withheld_as_a_whole()
    {
        var off = Off(("roc_auc", 0.5));
        Assert.Same(off, CalibrationLoss.Withhold(off));
        var withheld = CalibrationLoss.Withhold(off with { Findings = [.. Lost(off)] });
        Assert.Equal(EstimatedPerformance.Keys, withheld.Estimated.Keys);
        Assert.All(withheld.Estimated.Values, value => Assert.Equal(("calibration_lost", 5_000L), (value.Status, value.Rows)));
        Assert.Equal(off.EstimatedErrors, withheld.EstimatedErrors);
        Assert.Equal(off.Performance, withheld.Performance);
    }
}
