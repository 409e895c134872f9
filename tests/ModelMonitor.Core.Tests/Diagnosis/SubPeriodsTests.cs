using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Diagnosis;

public sealed class SubPeriodsTests
{
    private static Evaluation With(double gap, double error) => Sound with { Gaps = [Gap("holdout", "production", gap, error)] };

    [Fact]
    public void They_matter_where_a_decision_hangs_on_an_error()
    {
        Assert.False(SubPeriods.Matter(Sound, Options));
        Assert.True(SubPeriods.Matter(With(0.02, 0.01), Options));
        Assert.False(SubPeriods.Matter(With(0.016, 0.01), Options));
        Assert.True(SubPeriods.Matter(Sound with { Performance = Keyed(("roc_auc", Auc(0.55, 0.02))) }, Options));
        Assert.True(SubPeriods.Matter(Sound with { EstimatedErrors = Keyed(("roc_auc", MetricValue.Of(0.1) with { StandardError = 0.01 })) }, Options));
        Assert.False(SubPeriods.Matter(With(0.02, 0.01) with { LabelledPositives = 29 }, Options));
        Assert.True(SubPeriods.Matter(With(0.02, 0.01) with { PerformanceLabelled = 1_500 }, Options));
    }

    /// <summary>What is not found by the error of rows alone is not found by a larger one, whatever the drop: nothing is missed by not looking.</summary>
    [Fact]
    public void Where_they_do_not_matter_no_larger_error_finds_anything()
    {
        for (var gap = -0.05; gap < 0.2; gap += 0.004)
        {
            for (var error = 0.002; error < 0.1; error += 0.01)
            {
                if (SubPeriods.Matter(With(gap, error), Options)) continue;
                foreach (var block in new[] { 0, error, 2 * error, 10 * error })
                    Assert.Equal(GapGrade.None, GapJudgement.Of(MetricValue.Of(gap) with { StandardError = error, BlockError = block }, drop: 0));
            }
        }
    }

    [Fact]
    public void Applied_they_stand_beside_the_errors_of_rows()
    {
        var errors = new BlockErrors(Values(("roc_auc", 0.03)), Values(("roc_auc", 0.04)));
        var before = Sound with { EstimatedErrors = Keyed(("roc_auc", Auc(0.1)), ("brier", Auc(0.1))) };
        var applied = SubPeriods.Apply(before, errors, performance => [new("roc_auc", "holdout", "production", performance["roc_auc"])]);
        Assert.Equal(0.03, applied.Performance["roc_auc"].BlockError);
        Assert.Equal(before.Performance["roc_auc"].Lower, applied.Performance["roc_auc"].Lower);
        Assert.Equal((0.04, null), (applied.EstimatedErrors["roc_auc"].BlockError, applied.EstimatedErrors["brier"].BlockError));
        Assert.Equal(0.03, Assert.Single(applied.Gaps).Value.BlockError);
        Assert.Same(before, SubPeriods.Apply(before, BlockErrors.None, _ => []));
    }
}
