using ModelMonitor.Core.Diagnosis;

namespace ModelMonitor.Core.Prescriptions;

/// <remarks>
/// Against variance: regularization, a simpler model, newer and cleaner data, and only then another architecture. Against bias: capacity,
/// longer training, a better optimizer, better features, less regularization; more data does not help. After Goodfellow, Bengio,
/// Courville, "Deep Learning" (2016), chapters 5, 7, 8 and 11.
/// </remarks>
public sealed partial record Prescription
{
    /// <summary>A gap of so many times its limit asks for the strong end of the search.</summary>
    private const double Severe = 2;

    private static readonly Regularization s_weak = new(new(0, 0.01), SearchRange.Off, SearchRange.Off, EarlyStopping: false);
    private static readonly Regularization s_usual = new(new(0.01, 10), new(0.001, 1), new(0.1, 0.3), EarlyStopping: true);
    private static readonly Regularization s_strong = new(new(0.1, 100), new(0.01, 10), new(0.2, 0.5), EarlyStopping: true);

    /// <summary>What shall be done about a diagnosis. Pure: the same diagnosis gives the same prescription.</summary>
    /// <exception cref="ArgumentException">Its kind is none of <see cref="DiagnosisKind"/>.</exception>
    public static Prescription For(ModelDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        return diagnosis.Kind switch
        {
            DiagnosisKind.Healthy => new(PrescriptionDecision.None),
            DiagnosisKind.Fault => new(PrescriptionDecision.Stop) { Remedies = [new("labels", "Look at the data, the labels and the model before anything is trained: " + diagnosis.Reason)] },
            DiagnosisKind.InputsMoved => new(PrescriptionDecision.Watch) { Remedies = [new("rows", "Watch, and do not retrain: " + diagnosis.Reason)] },
            DiagnosisKind.Variance => AgainstVariance(diagnosis),
            DiagnosisKind.Bias => AgainstBias(diagnosis),
            DiagnosisKind.BiasAndVariance => AgainstBoth(diagnosis),
            DiagnosisKind.CovariateShift => AfterShift(diagnosis),
            DiagnosisKind.ConceptDrift => AfterConceptDrift(diagnosis),
            _ => throw new ArgumentException($"'{diagnosis.Kind}' is no kind of diagnosis.", nameof(diagnosis)),
        };
    }

    /// <summary>Where a person asks for a new version although nothing else does: recent rows, regularization as found by search.</summary>
    public static Prescription AtWish(ModelDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        return new(PrescriptionDecision.Retrain)
        {
            Regularization = s_usual,
            Rows = TrainingRows.TrainingAndRecent,
            Remedies =
            [
                new("rows", $"Retrain with recent rows, because a person asked: the diagnosis is {diagnosis.Kind}. {diagnosis.Reason}"),
                new("regularization", $"Regularization as found by search, L2 from {Prose.Number(s_usual.L2.From)} to {Prose.Number(s_usual.L2.To)}."),
            ],
        };
    }

    private static Prescription AgainstVariance(ModelDiagnosis diagnosis)
    {
        var severe = diagnosis.Confirmed && diagnosis.Severity >= Severe;
        var regularization = severe ? s_strong : s_usual;
        var drop = Droppable(diagnosis);
        return new(PrescriptionDecision.Retrain)
        {
            Regularization = regularization,
            Capacity = ModelCapacity.Smaller,
            Rows = TrainingRows.TrainingAndRecent,
            DropFeatures = drop,
            CleanLabels = true,
            Remedies =
            [
                new("regularization", $"More regularization: L2 from {Prose.Number(regularization.L2.From)} to {Prose.Number(regularization.L2.To)}, L1 to {Prose.Number(regularization.L1.To)}, dropout to {Prose.Number(regularization.Dropout.To)}, early stopping{Times(diagnosis)}."),
                new("capacity", "A simpler model: fewer layers, units or trees."),
                .. Features(diagnosis, drop),
                new("rows", "Recent labelled rows beside the training data: more rows leave less to learn by heart."),
                new("labels", "Look at the rows of the highest loss for wrong labels and outliers."),
                new("architecture", "If none of these closes the gap, another architecture."),
            ],
        };
    }

    private static Prescription AgainstBias(ModelDiagnosis diagnosis) => new(PrescriptionDecision.Retrain)
    {
        Regularization = s_weak,
        Capacity = ModelCapacity.Larger,
        Rows = TrainingRows.Training,
        Optimizer = "adam",
        EpochsFactor = 4,
        Remedies =
        [
            new("capacity", $"A larger model: {diagnosis.Metric} misses its target on the training data themselves."),
            new("training", "Longer training: until the training loss no longer falls."),
            new("optimizer", "Adam, RMSProp or momentum instead of plain gradient descent, against saddle points and plateaus."),
            new("features", "Better features: products, ratios, history."),
            new("regularization", $"Less regularization: L2 to {Prose.Number(s_weak.L2.To)} at most, no L1, no dropout, no early stopping."),
            new("architecture", "If none of these reaches the target, another architecture. More rows of the same kind would not help."),
        ],
    };

    private static Prescription AgainstBoth(ModelDiagnosis diagnosis)
    {
        var drop = Droppable(diagnosis);
        return new(PrescriptionDecision.Retrain)
        {
            Regularization = s_usual,
            Capacity = ModelCapacity.Larger,
            Rows = TrainingRows.TrainingAndRecent,
            DropFeatures = drop,
            Optimizer = "adam",
            EpochsFactor = 2,
            CleanLabels = true,
            Remedies =
            [
                new("features", "Better features first: they lower bias without adding variance."),
                .. Features(diagnosis, drop),
                new("labels", "Look at the rows of the highest loss for wrong labels: they raise both."),
                new("rows", "Recent labelled rows beside the training data, against variance."),
                new("architecture", $"Another, larger architecture with regularization (L2 from {Prose.Number(s_usual.L2.From)} to {Prose.Number(s_usual.L2.To)}, early stopping): capacity against bias, regularization against variance. Then judge again."),
            ],
        };
    }

    private static Prescription AfterShift(ModelDiagnosis diagnosis)
    {
        var drop = Droppable(diagnosis);
        return new(PrescriptionDecision.Retrain)
        {
            Regularization = s_usual,
            Rows = TrainingRows.TrainingAndRecent,
            DropFeatures = drop,
            Remedies =
            [
                new("rows", $"Retrain with recent rows: {Inputs(diagnosis)} left the range of the training data."),
                .. Features(diagnosis, drop),
                new("regularization", $"Regularization as found by search, L2 from {Prose.Number(s_usual.L2.From)} to {Prose.Number(s_usual.L2.To)}: recent rows are few."),
            ],
        };
    }

    private static Prescription AfterConceptDrift(ModelDiagnosis diagnosis) => new(PrescriptionDecision.Retrain)
    {
        Regularization = s_usual,
        Rows = TrainingRows.Recent,
        CleanLabels = true,
        Remedies =
        [
            new("rows", "Retrain on recent labels alone, with a shorter memory: older rows teach what no longer holds."),
            new("labels", "See whether the label itself is defined or collected in another way than before."),
            new("regularization", $"Regularization as found by search, L2 from {Prose.Number(s_usual.L2.From)} to {Prose.Number(s_usual.L2.To)}: recent rows are few."),
        ],
    };

    /// <summary>What drifts or adds noise, but for what the model cannot go without.</summary>
    private static IReadOnlyList<string> Droppable(ModelDiagnosis diagnosis) =>
        [.. diagnosis.MovedFeatures.Concat(diagnosis.IdleFeatures).Distinct().Except(diagnosis.NeededFeatures)];

    private static IEnumerable<Remedy> Features(ModelDiagnosis diagnosis, IReadOnlyList<string> drop)
    {
        if (drop.Count > 0)
        {
            var why = drop.Select(f => $"{f} ({(diagnosis.MovedFeatures.Contains(f) ? diagnosis.IdleFeatures.Contains(f) ? "drifts and is of no use" : "drifts" : "is of no use")})").ToList();
            yield return new("features", $"Fewer features: leave out {string.Join(", ", why.Take(8))}{(why.Count > 8 ? $" and {why.Count - 8} more" : "")}.");
        }

        if (diagnosis.NeededFeatures.Count > 0)
            yield return new("features", $"Keep {string.Join(", ", diagnosis.NeededFeatures)} although drifting: the model rests on it.");
    }

    private static string Inputs(ModelDiagnosis diagnosis) => diagnosis.MovedFeatures.Count == 0 ? "inputs together" : string.Join(", ", diagnosis.MovedFeatures.Take(5)) + (diagnosis.MovedFeatures.Count > 5 ? " and others" : "");

    private static string Times(ModelDiagnosis diagnosis) => diagnosis.Severity is { } severity ? $" (the gap is {Prose.Number(severity)} times its limit)" : "";
}
