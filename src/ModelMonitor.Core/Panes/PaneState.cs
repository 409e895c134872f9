using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Panes;

/// <summary>The sums of a stretch of one series: a pane, an hour, a day, a window, or what one commit adds to a pane.</summary>
/// <remarks>What a commit adds may hold negative counts: a correction takes an earlier label back.</remarks>
public sealed partial class PaneState : IMergeable<PaneState>
{
    private const byte Format = 3;
    private const int MaxScoreBins = 1 << 16;
    private const int MaxFeatures = 10_000;
    private const int MaxBinsOfAllFeatures = 1 << 22;

    private PaneState(string baselineHash, FeatureSketch[] features, NumericSketch? score, OutcomeSketch? outcomes)
    {
        BaselineHash = baselineHash;
        Features = features;
        Score = score;
        Outcomes = outcomes;
    }

    /// <summary>The shape it was counted on; empty: no baseline, rows only.</summary>
    public string BaselineHash { get; }

    public long Rows { get; private set; }

    /// <summary>Rows without a finite score.</summary>
    public long Unscored { get; private set; }

    /// <summary>Rows of batches that had columns the baseline does not know.</summary>
    public long RowsWithExtraColumns { get; private set; }

    /// <summary>Rows of batches that lacked a watched column.</summary>
    public long RowsWithMissingColumns { get; private set; }

    /// <summary>In the order of the shape's features.</summary>
    public IReadOnlyList<FeatureSketch> Features { get; }

    public NumericSketch? Score { get; }

    public OutcomeSketch? Outcomes { get; }

    /// <summary>Kept apart, for it is large and rarely read.</summary>
    public DistinctScores DistinctScores { get; private init; } = new();

    public long LabelledRows => Outcomes?.Rows ?? 0;

    /// <summary>Empty sums of a shape.</summary>
    /// <param name="baselineHash">The shape's hash.</param>
    /// <param name="shape">Null: a version without a baseline, of which rows alone are counted.</param>
    public static PaneState Empty(string baselineHash, BaselineShape? shape)
    {
        if (shape is null) return new PaneState(baselineHash, [], null, null);
        var features = shape.Features.Select(FeatureSketch (feature) => feature switch
        {
            NumericFeatureShape numeric => new NumericSketch(numeric.Shape.Edges.Bins),
            CategoryFeatureShape category => new CategorySketch(category.Shape.Bins),
            _ => throw new ArgumentException($"Unknown kind of feature {feature.Name}.", nameof(shape)),
        });
        OutcomeSketch? outcomes = shape.Task switch
        {
            TaskKind.Binary => new BinaryOutcomes(shape.ScoreBins ?? throw new ArgumentException("A binary model's shape needs score bins.", nameof(shape))),
            TaskKind.Regression => new RegressionOutcomes(),
            TaskKind.Multiclass => new MulticlassOutcomes(shape.Classes.Count, shape.ScoreBins ?? throw new ArgumentException("A multiclass model's shape needs score bins.", nameof(shape))),
            _ => null,
        };
        return new PaneState(baselineHash, [.. features], new NumericSketch(shape.Score.Edges.Bins), outcomes)
        {
            Ensemble = shape.Ensemble.Count > 0 ? new EnsembleOutcomes(shape.Ensemble.Count) : null,
            _scored = shape is { Task: TaskKind.Binary, ScoreBins: { } bins } ? new BinCounts(bins.Edges.Bins) : null,
        };
    }

    public void AddRows(long rows, bool extraColumns, bool missingColumns)
    {
        Rows += rows;
        if (extraColumns) RowsWithExtraColumns += rows;
        if (missingColumns) RowsWithMissingColumns += rows;
    }

    public void AddUnscored(long rows) => Unscored += rows;

    /// <summary>Adds a labelled row, or takes it back; a score or label that cannot be counted is left out either way.</summary>
    public void AddOutcome(double score, double label, int sign = 1)
    {
        if (Outcomes is null or MulticlassOutcomes || !OutcomeSketch.CanCount(score, label)) return;
        Outcomes.Add(score, label, sign);
        if (Outcomes is BinaryOutcomes) DistinctScores.Add(score, label > 0, sign);
    }

    public void Merge(PaneState other)
    {
        ArgumentNullException.ThrowIfNull(other);
        MergeSums(other);
        DistinctScores.Merge(other.DistinctScores);
    }

    public void MergeDistinctScores(DistinctScores other) => DistinctScores.Merge(other);

    public byte[] WriteSums()
    {
        var writer = new StateWriter();
        writer.Byte(Format);
        writer.Text(BaselineHash);
        writer.Signed(Rows);
        writer.Signed(Unscored);
        writer.Signed(RowsWithExtraColumns);
        writer.Signed(RowsWithMissingColumns);
        writer.Count(Features.Count);
        foreach (var feature in Features)
        {
            // A column without a single row is common in what late labels add: one byte.
            var kind = feature switch { { IsUntouched: true } => FeatureTag.Empty, NumericSketch => FeatureTag.Numeric, _ => FeatureTag.Category };
            writer.Byte((byte)kind);
            if (kind == FeatureTag.Empty)
            {
                writer.Byte((byte)(feature is NumericSketch ? FeatureTag.Numeric : FeatureTag.Category));
                writer.Count(feature.Bins);
            }
            else
            {
                feature.Write(writer);
            }
        }

        writer.Byte((byte)(Score is null ? 0 : 1));
        Score?.Write(writer);
        writer.Byte((byte)(Outcomes switch { null => 0, BinaryOutcomes => 1, RegressionOutcomes => 2, _ => 3 }));
        Outcomes?.Write(writer);
        WriteScored(writer);
        WriteCompared(writer);
        WriteEnsemble(writer);
        return writer.ToArray();
    }

    /// <summary>The distinct scores; empty where there are none to keep.</summary>
    public byte[] WriteDistinctScores()
    {
        if (DistinctScores is { Count: 0, Complete: true }) return [];
        var writer = new StateWriter();
        DistinctScores.Write(writer);
        return writer.ToArray();
    }

    /// <exception cref="StateFormatException">The bytes are not the sums of a stretch, or of a newer format.</exception>
    public static PaneState Read(ReadOnlySpan<byte> sums, ReadOnlySpan<byte> distinctScores = default)
    {
        var reader = new StateReader(sums);
        var format = reader.Byte();
        if (format != Format) throw new StateFormatException($"State of format {format} cannot be read by this version, which knows {Format}.");
        var hash = reader.Text(256);
        var (rows, unscored, extra, missing) = (reader.Signed(), reader.Signed(), reader.Signed(), reader.Signed());
        var features = new FeatureSketch[reader.Count(MaxFeatures)];
        var bins = 0;
        for (var i = 0; i < features.Length; i++)
        {
            features[i] = ReadFeature(ref reader);
            // An empty column is five bytes here and half a megabyte there: corrupt bytes must not fill the memory.
            bins += features[i].Bins;
            if (bins > MaxBinsOfAllFeatures) throw new StateFormatException($"The first {i + 1} columns have {bins} bins, more than {MaxBinsOfAllFeatures}.");
        }

        var score = reader.Byte() == 0 ? null : NumericSketch.Read(ref reader);
        OutcomeSketch? outcomes = reader.Byte() switch
        {
            0 => null,
            1 => BinaryOutcomes.Read(ref reader),
            2 => RegressionOutcomes.Read(ref reader),
            3 => MulticlassOutcomes.Read(ref reader),
            var other => throw new StateFormatException($"Outcomes of kind {other} are unknown."),
        };
        var scored = ReadScored(ref reader);
        var (compared, differing) = (reader.Signed(), reader.Signed());
        var ensemble = ReadEnsemble(ref reader);
        if (!reader.AtEnd) throw new StateFormatException("The state has bytes behind its end.");
        return new PaneState(hash, features, score, outcomes)
        {
            Rows = rows,
            Unscored = unscored,
            RowsWithExtraColumns = extra,
            RowsWithMissingColumns = missing,
            DistinctScores = ReadDistinctScores(distinctScores),
            _scored = scored,
            Compared = compared,
            Differing = differing,
            Ensemble = ensemble,
        };
    }

    /// <exception cref="StateFormatException">The bytes are not distinct scores.</exception>
    public static DistinctScores ReadDistinctScores(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return new DistinctScores();
        var reader = new StateReader(bytes);
        var scores = DistinctScores.Read(ref reader);
        return reader.AtEnd ? scores : throw new StateFormatException("The distinct scores have bytes behind their end.");
    }

    private void MergeSums(PaneState other)
    {
        // All is checked before anything is added: a refused merge leaves this state as it was.
        if (!HasShapeOf(other)) throw new ShapeMismatchException($"State of baseline '{other.BaselineHash}' cannot be added to state of baseline '{BaselineHash}'.");
        for (var i = 0; i < Features.Count; i++) Features[i].Merge(other.Features[i]);
        if (other.Score is not null) Score?.Merge(other.Score);
        if (other.Outcomes is not null) Outcomes?.Merge(other.Outcomes);
        MergeScored(other);
        MergeCompared(other);
        MergeEnsemble(other);
        Rows += other.Rows;
        Unscored += other.Unscored;
        RowsWithExtraColumns += other.RowsWithExtraColumns;
        RowsWithMissingColumns += other.RowsWithMissingColumns;
    }

    private bool HasShapeOf(PaneState other)
    {
        if (other.BaselineHash != BaselineHash || other.Features.Count != Features.Count) return false;
        if (other.Score is not null && Score?.HasShapeOf(other.Score) != true) return false;
        if (other.Outcomes is not null && Outcomes?.HasShapeOf(other.Outcomes) != true) return false;
        if (!HasScoredOf(other) || !HasEnsembleOf(other)) return false;
        return Features.Zip(other.Features).All(pair => pair.First.HasShapeOf(pair.Second));
    }

    private static FeatureSketch ReadFeature(ref StateReader reader)
    {
        var tag = (FeatureTag)reader.Byte();
        if (tag == FeatureTag.Empty)
        {
            var kind = (FeatureTag)reader.Byte();
            var bins = reader.Count(1 << 16);
            if (kind == FeatureTag.Numeric) return new NumericSketch(bins);
            if (kind == FeatureTag.Category && bins >= 2) return new CategorySketch(bins);
            throw new StateFormatException($"A column of kind {kind} with {bins} bins is unknown.");
        }

        return tag switch
        {
            FeatureTag.Numeric => NumericSketch.Read(ref reader),
            FeatureTag.Category => CategorySketch.Read(ref reader),
            _ => throw new StateFormatException($"A column of kind {tag} is unknown."),
        };
    }

    private enum FeatureTag : byte
    {
        Empty = 0,
        Numeric = 1,
        Category = 2,
    }
}
