using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Models;

/// <summary>A model as it is being watched: its options, the baseline of the version that serves, and the scorer.</summary>
/// <param name="Scorer">Null where the data carry their own scores. Disposed by whoever made it.</param>
public sealed record MonitoredModel(ModelOptions Options, Baseline Baseline, IScorer? Scorer)
{
    public string Name => Options.Name;

    public SeriesKey Series { get; } = new(Options.Name, Baseline.Version, Baseline.Hash, "");

    public IntakeSchema Schema { get; } = SchemaOf(Options, [.. Baseline.Shape.Features.Select(f => new IntakeFeature(f.Name, f is NumericFeatureShape ? FeatureKind.Numeric : FeatureKind.Categorical))]);

    /// <summary>What the decoder looks for, given the watched columns.</summary>
    public static IntakeSchema SchemaOf(ModelOptions options, IReadOnlyList<IntakeFeature> features)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new IntakeSchema(options.Columns, features, options.Task == TaskKind.Binary ? options.LabelPositive ?? LabelValue.From(1L) : null) { Ignored = [.. options.Ignore] };
    }
}
