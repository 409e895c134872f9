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

    /// <summary>A multiclass model's classes, in the order of its probabilities; none for other tasks.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Hex SHA-256 of each member of a declared ensemble; none without one, and none for the shape of a slice.</summary>
    public IReadOnlyList<string> Ensemble { get; init; } = [];

    /// <summary>How rows are sliced; none for the shape of a slice.</summary>
    public SegmentShape Segments { get; init; } = SegmentShape.None;

    /// <summary>The shape of each slice: scores and outcomes as in the whole, but only the columns that slices keep.</summary>
    public BaselineShape OfSegment() => this with { Features = [.. SegmentFeatures.Select(place => Features[place])], Segments = SegmentShape.None, Ensemble = [] };

    /// <summary>The places among <see cref="Features"/> of the columns that slices keep, in the order of the shape.</summary>
    public IEnumerable<int> SegmentFeatures => Enumerable.Range(0, Features.Count).Where(place => Segments.Features.Contains(Features[place].Name));
}

/// <summary>A watched column.</summary>
/// <param name="Name">As the data call it.</param>
/// <param name="IsInput">Whether the model uses it.</param>
public abstract record FeatureShape(string Name, bool IsInput);

public sealed record NumericFeatureShape(string Name, bool IsInput, NumericShape Shape) : FeatureShape(Name, IsInput);

public sealed record CategoryFeatureShape(string Name, bool IsInput, CategoryShape Shape) : FeatureShape(Name, IsInput);
