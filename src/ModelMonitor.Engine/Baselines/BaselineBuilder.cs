using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Baselines;

/// <summary>Makes a version's baseline from its reference files, each read once. Rows are folded by the same code as production's.</summary>
public static class BaselineBuilder
{
    /// <param name="ensemble">Scored beside the model; null without one.</param>
    /// <param name="open">Opens a reference file as record batches.</param>
    /// <exception cref="IntakeException">A file cannot be read, or lacks the label column, or has no rows.</exception>
    /// <exception cref="ScoringException">The model cannot score a file.</exception>
    public static Baseline Build(ModelOptions model, IScorer? scorer, Func<string, IEnumerable<RecordBatch>> open, CancellationToken cancellationToken, Ensemble? ensemble = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(open);
        var files = model.Reference ?? throw new InvalidOperationException($"Model {model.Name} has no reference data.");
        var referencePath = files.Holdout ?? files.Train;
        using var batches = open(referencePath).GetEnumerator();
        if (!batches.MoveNext()) throw new IntakeException($"{referencePath} has no rows", malformed: false);
        var features = WatchedColumns(model, batches.Current);
        var schema = MonitoredModel.SchemaOf(model, features);
        var reference = ReferenceData.Read(All(batches), schema, scorer, ensemble, cancellationToken);
        if (reference.Rows == 0) throw new IntakeException($"{referencePath} has no rows", malformed: false);
        var train = files.Holdout is null ? reference : ReferenceData.Read(open(files.Train), schema, scorer, ensemble, cancellationToken);
        var shape = ShapeBuilder.Build(model, features, reference, referencePath) with { Ensemble = ensemble?.Sha256 ?? [] };
        var hash = BaselineHash.Of(shape);
        var state = Fold(reference, shape, hash, referencePath, model);
        var trainState = files.Holdout is null ? state : Fold(train, shape, hash, files.Train, model);
        var importance = scorer is null ? null : ImportanceBuilder.Build(model, scorer, reference, shape, cancellationToken);
        var baseline = new Baseline
        {
            Model = model.Name,
            Version = model.Version,
            ModelSha256 = scorer?.Sha256 ?? "",
            Hash = hash,
            Shape = shape,
            ReferenceRows = state.Rows,
            Features = [.. shape.Features.Select((f, i) => ReferenceOf(f, state.Features[i], reference, i))],
            Score = Numeric(state.Score!, shape.Score),
            Labels = LabelReference.Of(state),
            Segments = Slices(reference, referencePath, train, files, shape, hash),
            Train = new(trainState.Rows, Performance.Of(trainState, shape)),
            Holdout = files.Holdout is null ? null : new(state.Rows, Performance.Of(state, shape)),
            Calibration = files.Holdout is null || shape is not { Task: TaskKind.Binary, ScoreBins: { } bins } ? null : CalibrationFit.Of(reference.LabelledScores(), bins),
            ScorePsiTrainToHoldout = files.Holdout is null ? null : Drift.OfNumeric(state.Score!, shape.Score, Numeric(trainState.Score!, shape.Score))["psi"].Value,
            Importance = importance,
            Weights = scorer?.Weights,
        };
        return baseline with { Noise = NoiseBuilder.Build(reference, baseline, model.Windows) };
    }

    private static IReadOnlyDictionary<string, SegmentReference> Slices(ReferenceData reference, string referencePath, ReferenceData train, ReferenceFiles files, BaselineShape shape, string hash)
    {
        var slices = SegmentReferences.Fold(reference, shape, hash, referencePath);
        return SegmentReferences.Of(shape, hash, slices, files.Holdout is null ? slices : SegmentReferences.Fold(train, shape, hash, files.Train), files.Holdout is not null);
    }

    /// <summary>Every column of the reference but id, time, label, logged score, version and what is ignored; columns that cannot be counted are left out.</summary>
    private static List<IntakeFeature> WatchedColumns(ModelOptions model, RecordBatch batch)
    {
        var left = model.Columns.All.Concat(model.Ignore).ToHashSet(StringComparer.Ordinal);
        var features = new List<IntakeFeature>();
        foreach (var field in batch.Schema.FieldsList)
        {
            if (left.Contains(field.Name) || BatchDecoder.KindOf(field.DataType) is not { } kind) continue;
            features.Add(new(field.Name, model.Categorical.Contains(field.Name) ? FeatureKind.Categorical : kind));
        }

        return features;
    }

    private static PaneState Fold(ReferenceData data, BaselineShape shape, string hash, string path, ModelOptions model)
    {
        var state = PaneState.Empty(hash, shape);
        foreach (var (batch, scores) in data.Batches)
        {
            Folder.Fold(batch, scores, [.. Enumerable.Range(0, batch.Rows)], shape, state);
            var labels = batch.Labels ?? throw new IntakeException($"{path} has no label column '{model.Columns.Label}'", malformed: false);
            for (var row = 0; row < batch.Rows && state.Ensemble is not null; row++) state.Ensemble.Add(batch.EnsembleOf(row), labels[row]);
            if (shape.Task != TaskKind.Multiclass)
            {
                state.AddOutcomes(scores.AsSpan(0, batch.Rows), labels.AsSpan(0, batch.Rows));
                continue;
            }

            for (var row = 0; row < batch.Rows; row++) state.AddOutcome(scores[row], batch.ProbabilitiesOf(row), labels[row]);
        }

        return state;
    }

    private static FeatureReference ReferenceOf(FeatureShape shape, FeatureSketch sketch, ReferenceData data, int feature) => (shape, sketch) switch
    {
        (NumericFeatureShape numeric, NumericSketch n) => Numeric(n, numeric.Shape),
        (_, CategorySketch c) => new CategoryReference(c.Missing, c.Counts.ToArray(), data.Categories(feature).Values.LongCount(count => count == 1)),
        _ => throw new InvalidOperationException($"Column {shape.Name} changed its kind."),
    };

    internal static NumericReference Numeric(NumericSketch sketch, NumericShape shape)
    {
        var (low, high) = sketch.Finite == 0 ? (double.NaN, double.NaN) : (sketch.Minimum, sketch.Maximum);
        return new(sketch.Missing, sketch.Counts.ToArray(), low, high, sketch.Mean(shape.Centre), sketch.StandardDeviation()) { Infinite = sketch.Infinite };
    }

    private static IEnumerable<RecordBatch> All(IEnumerator<RecordBatch> begun)
    {
        do yield return begun.Current;
        while (begun.MoveNext());
    }
}
