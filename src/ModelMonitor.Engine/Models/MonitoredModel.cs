using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Models;

/// <summary>A model as it is being watched: its options, the baseline of the version that serves, and the scorer.</summary>
/// <param name="Scorer">Null where the data carry their own scores. Disposed by whoever made it.</param>
public sealed record MonitoredModel(ModelOptions Options, Baseline Baseline, IScorer? Scorer)
{
    public string Name => Options.Name;

    /// <summary>Scored beside the model; null without one. Disposed by whoever made it.</summary>
    public Ensemble? Ensemble { get; init; }

    /// <summary>Versions that score the same rows beside the one that serves, each against its own baseline. They have no rules and no challengers.</summary>
    public IReadOnlyList<MonitoredModel> Challengers { get; init; } = [];

    /// <summary>Versions that score no more, with the baselines on which labels of their predictions are counted still. They have no scorer.</summary>
    public IReadOnlyList<MonitoredModel> Earlier { get; init; } = [];

    /// <summary>The version that serves and its challengers.</summary>
    public IEnumerable<MonitoredModel> Versions => Challengers.Prepend(this);

    /// <summary>Where the baseline was read from, or is kept; null: nowhere.</summary>
    public string? BaselineFile { get; init; }

    /// <summary>Set while the baseline is still being learned from production: <see cref="Baseline"/> is then an empty one.</summary>
    public LearningState? Learning { get; init; }

    /// <summary>Rows of an earlier event time are not counted: the baseline was learned from them. Offline only.</summary>
    public long CountFrom { get; init; } = long.MinValue;

    /// <summary>The shape of each slice; null without slices.</summary>
    public BaselineShape? SliceShape { get; } = Baseline.Shape.Segments.Columns.Count > 0 ? Baseline.Shape.OfSegment() : null;

    public SeriesKey Series { get; } = new(Options.Name, Baseline.Version, Baseline.Hash, "");

    public IntakeSchema Schema { get; } = SchemaOf(Options, [.. Baseline.Shape.Features.Select(f => new IntakeFeature(f.Name, f is NumericFeatureShape ? FeatureKind.Numeric : FeatureKind.Categorical))]);

    /// <summary>A model that has no baseline yet and learns it from its first days.</summary>
    /// <param name="file">Where the baseline will be kept; null: nowhere.</param>
    public static MonitoredModel LearningOf(ModelOptions options, IScorer? scorer, TimeSpan period, string? file)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options, EmptyBaseline.Of(options, scorer?.Sha256 ?? ""), scorer) { Learning = new LearningState(period), BaselineFile = file };
    }

    /// <summary>The same model, served with its baseline from now on.</summary>
    public MonitoredModel With(Baseline baseline) => new(Options, baseline, Scorer) { BaselineFile = BaselineFile, Ensemble = Ensemble, Challengers = Challengers, Earlier = Earlier };

    /// <summary>The same version where it scores no more.</summary>
    public MonitoredModel AsEarlier() => new(Options, Baseline, null) { BaselineFile = BaselineFile };

    /// <summary>What the decoder looks for, given the watched columns.</summary>
    public static IntakeSchema SchemaOf(ModelOptions options, IReadOnlyList<IntakeFeature> features)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new IntakeSchema(options.Columns, features, options.Task == TaskKind.Binary ? options.LabelPositive ?? LabelValue.From(1L) : null)
        {
            Classes = options.Task == TaskKind.Multiclass ? options.Classes ?? [] : null,
            Ignored = [.. options.Ignore],
            Segments = options.Segments.Columns,
        };
    }
}
