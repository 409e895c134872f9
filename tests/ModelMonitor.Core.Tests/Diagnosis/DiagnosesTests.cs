using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Diagnosis;

/// <summary>From findings to their cause, branch by branch.</summary>
public sealed class DiagnosesTests
{
    private static readonly PermutationImportance s_importance = new("roc_auc", 0.75, 1000, 5, [new("distance", 0.10, 0.01), new("carrier", 0.02, 0.001), new("weather", 0.0005, 0.002)]);

    private static readonly Baseline s_weighed = Reference with { Importance = s_importance };

    private static Evaluation Overfitted => With(("train", "holdout", 0.12));

    private static Evaluation Decayed => With(("holdout", "production", 0.08));

    private static Evaluation Moved(Evaluation evaluation, params string[] features) => evaluation with
    {
        Drift = Drift(0.01, [.. new[] { "distance", "carrier", "weather" }.Select(f => (f, features.Contains(f) ? 0.5 : 0.01))]),
    };

    [Fact]
    public void A_sound_window_is_healthy()
    {
        var diagnosis = Of(Sound);
        Assert.Equal((DiagnosisKind.Healthy, true, "Nothing in window day asks for another version."), (diagnosis.Kind, diagnosis.Confirmed, diagnosis.Reason));
        Assert.Empty(diagnosis.Evidence);
        Assert.Null(diagnosis.Severity);
    }

    [Fact]
    public void A_gap_from_train_to_holdout_is_variance()
    {
        var diagnosis = Of(Moved(Overfitted, "carrier"), s_weighed);
        Assert.Equal((DiagnosisKind.Variance, "roc_auc", true), (diagnosis.Kind, diagnosis.Metric, diagnosis.Confirmed));
        Assert.Equal(0.12 / 0.05, diagnosis.Severity!.Value, 1e-12);
        Assert.StartsWith("roc_auc of version 1 is 12 % worse on the hold-out than on the training data, limit 5 %", diagnosis.Reason, StringComparison.Ordinal);
        Assert.Equal(["carrier"], diagnosis.MovedFeatures);
        // 0.0005 − 1.96 · 0.002 / √4 < 0.
        Assert.Equal(["weather"], diagnosis.IdleFeatures);
        Assert.Empty(diagnosis.NeededFeatures);
        Assert.Equal(
            [("roc_auc", "train", null), ("roc_auc", "holdout", null), ("gap", "train to holdout", null), ("gap", "train to production", "day"), ("gap", "holdout to production", "day"), ("roc_auc", "production", "day"), ("unstable_feature", "production", "day")],
            diagnosis.Evidence.Select(e => (e.What, e.On, e.Window)));
        // Each number with its interval, and what it was held against.
        Assert.Equal((0.7, Auc(0.76).Lower), (diagnosis.Evidence[0].Limit, diagnosis.Evidence[0].Value.Lower));
        Assert.Equal([0.05, null, 0.05], diagnosis.Evidence.Where(e => e.What == "gap").Select(e => e.Limit));
        Assert.Equal("carrier", diagnosis.Evidence[^1].Feature);
    }

    [Fact]
    public void A_suspected_gap_is_suspected_variance() => Assert.Equal((DiagnosisKind.Variance, false), KindOf(Of(With(("train", "holdout", 0.06), 0.02))));

    [Fact]
    public void A_target_missed_on_the_training_rows_is_bias()
    {
        var diagnosis = Of(Sound, options: Options with { Targets = Values(("roc_auc", 0.9)) });
        Assert.Equal((DiagnosisKind.Bias, true), KindOf(diagnosis));
        Assert.Contains("More data of the same kind would not help", diagnosis.Reason, StringComparison.Ordinal);
        Assert.Null(diagnosis.Severity);
    }

    [Fact]
    public void Both_at_once_are_both()
    {
        var diagnosis = Of(Overfitted, options: Options with { Targets = Values(("roc_auc", 0.9)) });
        Assert.Equal((DiagnosisKind.BiasAndVariance, true), KindOf(diagnosis));
        Assert.Contains("misses the target", diagnosis.Reason, StringComparison.Ordinal);
        Assert.Contains("worse on the hold-out", diagnosis.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_that_was_overfitted_from_the_start_stays_so_when_it_decays_too() =>
        Assert.Equal(DiagnosisKind.Variance, Of(Overfitted with { Gaps = [.. Overfitted.Gaps.Where(g => g.To == "holdout"), Gap("holdout", "production", 0.08, 0.01)] }).Kind);

    [Fact]
    public void Performance_that_falls_with_moved_inputs_is_a_shift_of_inputs()
    {
        var diagnosis = Of(Moved(Decayed, "distance", "carrier"), s_weighed);
        Assert.Equal((DiagnosisKind.CovariateShift, true), KindOf(diagnosis));
        Assert.Contains("Inputs moved with it (distance PSI 0.5, carrier PSI 0.5)", diagnosis.Reason, StringComparison.Ordinal);
        Assert.Equal(["distance", "carrier"], diagnosis.MovedFeatures);
        // 0.10 of 0.1205.
        Assert.Equal(["distance"], diagnosis.NeededFeatures);
        Assert.Equal(0.08 / 0.05, diagnosis.Severity!.Value, 1e-12);
    }

    [Fact]
    public void Scores_that_move_are_inputs_that_move_together() =>
        Assert.Equal(DiagnosisKind.CovariateShift, Of(Decayed with { Drift = Drift(0.5, ("distance", 0.01), ("carrier", 0.01), ("weather", 0.01)) }).Kind);

    [Fact]
    public void Performance_that_falls_alone_is_another_relation()
    {
        var diagnosis = Of(Decayed);
        Assert.Equal((DiagnosisKind.ConceptDrift, true), KindOf(diagnosis));
        Assert.Contains("No input moved beyond its limit", diagnosis.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_row_came_nothing_is_concluded_from_inputs_that_did_not_move()
    {
        var diagnosis = Of(Decayed with { Rows = 0 });
        Assert.Equal((DiagnosisKind.ConceptDrift, false), KindOf(diagnosis));
        Assert.Contains("nothing tells whether inputs moved", diagnosis.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_that_move_alone_are_to_be_watched()
    {
        var diagnosis = Of(Moved(Sound, "carrier"));
        Assert.Equal(DiagnosisKind.InputsMoved, diagnosis.Kind);
        Assert.Contains("roc_auc did not fall", diagnosis.Reason, StringComparison.Ordinal);
        var early = Of(Moved(Sound with { Performance = Keyed(("roc_auc", MetricValue.Undefined("no_labels"))), Gaps = [] }, "carrier"));
        Assert.Equal(DiagnosisKind.InputsMoved, early.Kind);
        Assert.Contains("cannot be told", early.Reason, StringComparison.Ordinal);
    }

    public static TheoryData<string> Broken => [FindingKind.NoDiscrimination, FindingKind.InvertedScores, FindingKind.ConstantScore, FindingKind.OneClass];

    /// <summary>Whatever else is found, what is broken comes first.</summary>
    [Theory]
    [MemberData(nameof(Broken))]
    public void Scores_that_say_nothing_are_a_fault(string kind)
    {
        var found = FindingsOf(Moved(Overfitted, "carrier")).Append(new(kind, null, "day", 0.5, null, "It is broken."));
        var diagnosis = Diagnoses.Of(Overfitted with { Findings = [.. found] }, Reference, Options);
        Assert.Equal((DiagnosisKind.Fault, true), KindOf(diagnosis));
        Assert.StartsWith("It is broken. That is a fault", diagnosis.Reason, StringComparison.Ordinal);
        Assert.Equal(kind, Assert.Single(diagnosis.Evidence).What);
    }

    [Theory]
    [InlineData(FindingKind.TrainingServingSkew)]
    [InlineData(FindingKind.SchemaChanged)]
    [InlineData(FindingKind.DataQuality)]
    public void Performance_that_falls_on_broken_inputs_is_a_fault_and_broken_inputs_alone_are_none(string kind)
    {
        var broken = new Finding(kind, null, "day", 0.5, 0.1, "The inputs are wrong.");
        Assert.Equal(DiagnosisKind.Fault, Diagnoses.Of(Decayed with { Findings = [.. FindingsOf(Decayed), broken] }, Reference, Options).Kind);
        Assert.Equal(DiagnosisKind.Healthy, Diagnoses.Of(Sound with { Findings = [broken] }, Reference, Options).Kind);
    }

    [Fact]
    public void A_single_repeat_does_not_tell_which_columns_are_idle() => Assert.Empty(Of(Overfitted, Reference with { Importance = s_importance with { Repeats = 1 } }).IdleFeatures);

    private static (string, bool) KindOf(ModelDiagnosis diagnosis) => (diagnosis.Kind, diagnosis.Confirmed);

    private static ModelDiagnosis Of(Evaluation evaluation, Baseline? baseline = null, FindingOptions? options = null) =>
        Diagnoses.Of(evaluation with { Findings = FindingsOf(evaluation, baseline, options) }, baseline ?? Reference, options ?? Options);

    /// <summary>The sound window with one gap that is not.</summary>
    private static Evaluation With((string From, string To, double Value) gap, double error = 0.01) =>
        Sound with { Gaps = [.. Sound.Gaps.Select(g => (g.From, g.To) == (gap.From, gap.To) ? Gap(gap.From, gap.To, gap.Value, error) : g)] };
}
