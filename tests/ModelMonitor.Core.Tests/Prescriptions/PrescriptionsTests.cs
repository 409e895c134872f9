using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Prescriptions;

namespace ModelMonitor.Core.Tests.Prescriptions;

/// <summary>What is prescribed for each cause.</summary>
public sealed class PrescriptionsTests
{
    private static ModelDiagnosis Found(string kind, bool confirmed = true) => new(kind, "roc_auc", confirmed, "The reason.");

    [Theory]
    [InlineData(DiagnosisKind.Healthy, PrescriptionDecision.None)]
    [InlineData(DiagnosisKind.Fault, PrescriptionDecision.Stop)]
    [InlineData(DiagnosisKind.InputsMoved, PrescriptionDecision.Watch)]
    public void Where_nothing_is_to_be_trained_nothing_is_prescribed(string kind, string decision)
    {
        var prescription = Prescription.For(Found(kind));
        Assert.Equal(decision, prescription.Decision);
        Assert.Null(prescription.Regularization);
        Assert.Equal(kind != DiagnosisKind.Healthy, prescription.Remedies.Any(r => r.Text.Contains("The reason.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Against_variance_regularization_comes_first_and_another_architecture_last()
    {
        var prescription = Prescription.For(Found(DiagnosisKind.Variance) with { Severity = 1.5, MovedFeatures = ["a", "b", "c"], IdleFeatures = ["c", "d"], NeededFeatures = ["b"] });
        Assert.Equal(PrescriptionDecision.Retrain, prescription.Decision);
        Assert.Equal(["regularization", "capacity", "features", "features", "rows", "labels", "architecture"], prescription.Remedies.Select(r => r.Kind));
        Assert.Equal((ModelCapacity.Smaller, TrainingRows.TrainingAndRecent, true, 1.0), (prescription.Capacity, prescription.Rows, prescription.CleanLabels, prescription.EpochsFactor));
        Assert.True(prescription.Regularization!.EarlyStopping);
        Assert.Equal(["a", "c", "d"], prescription.DropFeatures);
        Assert.Equal("Fewer features: leave out a (drifts), c (drifts and is of no use), d (is of no use).", prescription.Remedies[2].Text);
        Assert.Equal("Keep b although drifting: the model rests on it.", prescription.Remedies[3].Text);
        Assert.Contains("the gap is 1.5 times its limit", prescription.Remedies[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.99, true, false)]
    [InlineData(2.0, true, true)]
    [InlineData(9.0, false, false)]
    public void A_severe_gap_that_is_sure_asks_for_the_strong_end(double severity, bool confirmed, bool strong)
    {
        var usual = Prescription.For(Found(DiagnosisKind.Variance) with { Severity = 1 }).Regularization!;
        var asked = Prescription.For(Found(DiagnosisKind.Variance, confirmed) with { Severity = severity }).Regularization!;
        Assert.Equal(strong, asked.L2.To > usual.L2.To && asked.L1.To > usual.L1.To && asked.Dropout.To > usual.Dropout.To);
        Assert.Equal(!strong, asked == usual);
    }

    [Fact]
    public void Against_bias_capacity_comes_first_regularization_goes_and_no_rows_are_added()
    {
        var prescription = Prescription.For(Found(DiagnosisKind.Bias) with { MovedFeatures = ["a"] });
        Assert.Equal(["capacity", "training", "optimizer", "features", "regularization", "architecture"], prescription.Remedies.Select(r => r.Kind));
        Assert.Equal((ModelCapacity.Larger, TrainingRows.Training, "adam", 4.0), (prescription.Capacity, prescription.Rows, prescription.Optimizer, prescription.EpochsFactor));
        Assert.Equal((SearchRange.Off, SearchRange.Off, false), (prescription.Regularization!.L1, prescription.Regularization.Dropout, prescription.Regularization.EarlyStopping));
        Assert.True(prescription.Regularization.L2.To < Prescription.For(Found(DiagnosisKind.Variance)).Regularization!.L2.To);
        Assert.Empty(prescription.DropFeatures);
    }

    [Fact]
    public void Against_both_capacity_grows_under_regularization()
    {
        var prescription = Prescription.For(Found(DiagnosisKind.BiasAndVariance) with { IdleFeatures = ["d"] });
        Assert.Equal(["features", "features", "labels", "rows", "architecture"], prescription.Remedies.Select(r => r.Kind));
        Assert.Equal((ModelCapacity.Larger, TrainingRows.TrainingAndRecent), (prescription.Capacity, prescription.Rows));
        Assert.True(prescription.Regularization!.L2.From > 0);
        Assert.Equal(["d"], prescription.DropFeatures);
    }

    [Fact]
    public void After_a_shift_of_inputs_recent_rows_come_first()
    {
        var prescription = Prescription.For(Found(DiagnosisKind.CovariateShift) with { MovedFeatures = ["a", "b"], NeededFeatures = ["b"] });
        Assert.Equal(["rows", "features", "features", "regularization"], prescription.Remedies.Select(r => r.Kind));
        Assert.Contains("a, b left the range", prescription.Remedies[0].Text, StringComparison.Ordinal);
        Assert.Equal((TrainingRows.TrainingAndRecent, ModelCapacity.Same), (prescription.Rows, prescription.Capacity));
        Assert.Equal(["a"], prescription.DropFeatures);
        Assert.Contains("inputs together left", Prescription.For(Found(DiagnosisKind.CovariateShift)).Remedies[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_change_of_the_relation_only_recent_labels_teach()
    {
        var prescription = Prescription.For(Found(DiagnosisKind.ConceptDrift) with { IdleFeatures = ["d"] });
        Assert.Equal(["rows", "labels", "regularization"], prescription.Remedies.Select(r => r.Kind));
        Assert.Equal((TrainingRows.Recent, true), (prescription.Rows, prescription.CleanLabels));
        Assert.Empty(prescription.DropFeatures);
    }

    [Fact]
    public void Every_kind_has_a_prescription_and_another_has_none()
    {
        Assert.All(DiagnosisKind.All, kind => Assert.Equal(Prescription.For(Found(kind)).Decision == PrescriptionDecision.Retrain, Prescription.For(Found(kind)).Regularization is not null));
        Assert.Throws<ArgumentException>(() => Prescription.For(Found("other")));
    }
}
