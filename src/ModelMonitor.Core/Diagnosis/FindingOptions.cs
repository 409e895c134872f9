namespace ModelMonitor.Core.Diagnosis;

/// <summary>What a diagnosis is measured by.</summary>
public sealed record FindingOptions
{
    /// <summary>The metric that is judged (<see cref="Diagnosis.PrimaryMetric.Of"/>); the others are shown.</summary>
    public required string PrimaryMetric { get; init; }

    /// <summary>What the model must reach, by metric key.</summary>
    public IReadOnlyDictionary<string, double> Targets { get; init; } = new Dictionary<string, double>();

    /// <summary>The relative gap above which a model is overfitted, or has decayed.</summary>
    public double Drop { get; init; } = 0.05;

    /// <summary>Share of the window's rows with a label below which performance is immature.</summary>
    public double MinLabelShare { get; init; } = LabelMaturity.UsualShare;

    /// <summary>PSI above it is unstable, where it is also more than noise.</summary>
    public double UnstableLimit { get; init; } = 0.2;

    /// <summary>Features looked at together, for the significance of each; null: every feature of the evaluation.</summary>
    public int? Features { get; init; }

    /// <summary>Evaluations per window length: a window of 1 d looked at every 5 min has 288.</summary>
    public int LooksPerWindow { get; init; } = 1;
}
