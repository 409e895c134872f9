using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Baselines;

/// <summary>What a version was when it was made: shapes, reference counts, and performance on train and hold-out.</summary>
public sealed record Baseline
{
    public required string Model { get; init; }

    public required string Version { get; init; }

    /// <summary>Hex SHA-256 of the model file; empty where the data carry their own scores.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Hash over the shape: the identity of every state counted on it.</summary>
    public required string Hash { get; init; }

    public required BaselineShape Shape { get; init; }

    /// <summary>Rows of the drift reference: the hold-out, else the training data.</summary>
    public required long ReferenceRows { get; init; }

    /// <summary>The first days of production that it was learned from; null: from reference files.</summary>
    public LearnedReference? Learned { get; init; }

    /// <summary>Whose production the drift reference is; null: that of the reference files.</summary>
    public AcceptedReference? Accepted { get; init; }

    /// <summary>In the order of the shape's features.</summary>
    public required IReadOnlyList<FeatureReference> Features { get; init; }

    public required NumericReference Score { get; init; }

    /// <summary>Labels of the drift reference; for binary models the positive and negative rows.</summary>
    public required LabelReference Labels { get; init; }

    public required ReferencePerformance Train { get; init; }

    /// <summary>Null without hold-out data.</summary>
    public ReferencePerformance? Holdout { get; init; }

    /// <summary>How scores become probabilities, for estimates without labels; null where that cannot be known. Binary models only.</summary>
    public ScoreCalibration? Calibration { get; init; }

    /// <summary>The reference of each slice that had rows, by `column=value`.</summary>
    public IReadOnlyDictionary<string, SegmentReference> Segments { get; init; } = new Dictionary<string, SegmentReference>();

    /// <summary>What a slice is compared with: this version's shape, and the same slice of the reference.</summary>
    /// <returns>With 0 reference rows where the reference had no row of the slice.</returns>
    public Baseline OfSegment(string key)
    {
        var shape = Shape.OfSegment();
        var known = Segments.GetValueOrDefault(key) ?? SegmentReference.Empty(shape);
        return this with
        {
            Shape = shape,
            ReferenceRows = known.Rows,
            Features = known.Features,
            Score = known.Score,
            Labels = known.Labels,
            Train = known.Train,
            Holdout = Holdout is null ? null : known.Holdout,
            Segments = new Dictionary<string, SegmentReference>(),
            // Scores are calibrated over all rows; within a slice they need not be, without anything being lost.
            Calibration = null,
        };
    }

    /// <summary>PSI of the scores, train against hold-out; null without hold-out data.</summary>
    public double? ScorePsiTrainToHoldout { get; init; }

    /// <summary>How large the model's weights are; null without a model file, or where it cannot be told.</summary>
    public ModelWeights? Weights { get; init; }

    /// <summary>What the model needs its inputs for; null where scores were logged, so that nothing can be scored again.</summary>
    public PermutationImportance? Importance { get; init; }

    /// <summary>How far the drift reference differs from itself over time.</summary>
    public ReferenceNoise Noise { get; init; } = ReferenceNoise.None;
}

/// <summary>The drift reference of one column.</summary>
public abstract record FeatureReference(long Missing);

/// <param name="Missing">Null or NaN.</param>
/// <param name="Counts">Per fine bin.</param>
/// <param name="Mean">Of the finite values; NaN where there is none.</param>
/// <param name="StandardDeviation">Of the finite values, dividing by n; 0 for a constant, NaN where there is none.</param>
public sealed record NumericReference(long Missing, long[] Counts, double Minimum, double Maximum, double Mean, double StandardDeviation) : FeatureReference(Missing)
{
    /// <summary>±∞ among the reference values; they are counted in the outer bins too.</summary>
    public long Infinite { get; init; }
}

/// <param name="Missing">Null.</param>
/// <param name="Counts">Per category, then `other`, then `unseen` (0 but in an accepted reference).</param>
/// <param name="SeenOnce">Categories seen once, for the Good–Turing estimate of what is still unseen.</param>
public sealed record CategoryReference(long Missing, long[] Counts, long SeenOnce) : FeatureReference(Missing);

/// <summary>Labels of the drift reference. Positive and negative rows for binary models, 0 for regression.</summary>
public sealed record LabelReference(long Rows, long Positives, long Negatives)
{
    /// <summary>Rows of each class of a multiclass model, in their order; none for other tasks.</summary>
    public IReadOnlyList<long> Classes { get; init; } = [];

    /// <summary>The labels of a stretch.</summary>
    public static LabelReference Of(Panes.PaneState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Outcomes switch
        {
            Sketches.BinaryOutcomes o => new(o.Rows, o.PositiveRows, o.NegativeRows),
            Sketches.MulticlassOutcomes o => new(o.Rows, 0, 0) { Classes = o.ClassRows() },
            _ => new(state.LabelledRows, 0, 0),
        };
    }
}

/// <summary>The reference of one slice.</summary>
/// <param name="Rows">Of the drift reference.</param>
/// <param name="Features">Of the columns that slices keep, in the order of the shape.</param>
/// <param name="Train">Performance on the slice's training rows.</param>
/// <param name="Holdout">On its hold-out rows; null without hold-out data.</param>
public sealed record SegmentReference(
    long Rows, IReadOnlyList<FeatureReference> Features, NumericReference Score, LabelReference Labels, ReferencePerformance Train, ReferencePerformance? Holdout)
{
    private static readonly ReferencePerformance s_nothing = new(0, new Dictionary<string, MetricValue>());

    /// <summary>A slice of which the reference had no row.</summary>
    public static SegmentReference Empty(BaselineShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        static NumericReference None(int bins) => new(0, new long[bins], double.NaN, double.NaN, double.NaN, double.NaN);
        return new(
            0,
            [.. shape.Features.Select(FeatureReference (feature) => feature switch
            {
                NumericFeatureShape numeric => None(numeric.Shape.Edges.Bins),
                CategoryFeatureShape category => new CategoryReference(0, new long[category.Shape.Bins], 0),
                _ => throw new ArgumentException($"Unknown kind of feature {feature.Name}.", nameof(shape)),
            })],
            None(shape.Score.Edges.Bins),
            new LabelReference(0, 0, 0),
            s_nothing,
            s_nothing);
    }
}

/// <summary>Performance on a reference file, by metric key.</summary>
public sealed record ReferencePerformance(long Rows, IReadOnlyDictionary<string, MetricValue> Performance);
