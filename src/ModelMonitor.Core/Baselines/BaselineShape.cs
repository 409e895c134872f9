using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Baselines;

/// <summary>Everything that decides where a row is counted: two states are of one shape where their baselines' hashes are equal.</summary>
public sealed record BaselineShape
{
    public required TaskKind Task { get; init; }

    /// <summary>Watched columns, in the order of the reference's schema.</summary>
    public required IReadOnlyList<FeatureShape> Features { get; init; }

    /// <summary>How scores are counted for drift.</summary>
    public required NumericShape Score { get; init; }

    /// <summary>How labelled scores are counted; null for regression.</summary>
    public ScoreBins? ScoreBins { get; init; }
}

/// <summary>A watched column.</summary>
/// <param name="Name">As the data call it.</param>
/// <param name="IsInput">Whether the model uses it.</param>
public abstract record FeatureShape(string Name, bool IsInput);

public sealed record NumericFeatureShape(string Name, bool IsInput, NumericShape Shape) : FeatureShape(Name, IsInput);

public sealed record CategoryFeatureShape(string Name, bool IsInput, CategoryShape Shape) : FeatureShape(Name, IsInput);
