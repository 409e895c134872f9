using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>A bin of the view that PSI looks at.</summary>
/// <param name="Name">The category; null for a range of numbers, and where <see cref="IsRest"/> or <see cref="IsMissing"/> says what it is.</param>
/// <param name="Above">Values are greater than this; −∞ for the first range. NaN where the bin is no range.</param>
/// <param name="UpTo">Values are at most this; +∞ for the last range. NaN where the bin is no range.</param>
/// <param name="Reference">Rows of the reference.</param>
/// <param name="Production">Rows of the window.</param>
/// <param name="Psi">What the bin adds to the PSI.</param>
public sealed record ProfileBin(string? Name, double Above, double UpTo, long Reference, long Production, double Psi)
{
    /// <summary>Rare categories, others and unseen ones together.</summary>
    public bool IsRest { get; init; }

    /// <summary>Rows without a value.</summary>
    public bool IsMissing { get; init; }
}

/// <summary>A column or score bin by bin, as its PSI is summed: which bins moved it.</summary>
/// <param name="Bins">In the order of the view; the last one is missing.</param>
/// <param name="ReferenceRows">All rows of the reference.</param>
/// <param name="ProductionRows">All rows of the window.</param>
public sealed record BinProfile(IReadOnlyList<ProfileBin> Bins, long ReferenceRows, long ProductionRows)
{
    /// <exception cref="ShapeMismatchException">The column was counted in another way than its baseline says.</exception>
    public static BinProfile Of(FeatureSketch production, FeatureShape shape, FeatureReference reference) => (production, shape, reference) switch
    {
        (NumericSketch numeric, NumericFeatureShape of, NumericReference expected) => OfNumbers(numeric, of.Shape, expected),
        (CategorySketch categories, CategoryFeatureShape of, CategoryReference expected) => OfCategories(categories, of.Shape, expected),
        _ => throw new ShapeMismatchException($"Column {shape?.Name} was counted in another way than its baseline says."),
    };

    public static BinProfile OfNumbers(NumericSketch production, NumericShape shape, NumericReference reference)
    {
        ArgumentNullException.ThrowIfNull(production);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(reference);
        var before = BinViews.Deciles(reference.Counts, shape.Deciles, reference.Missing);
        var now = BinViews.Deciles(production.Counts, shape.Deciles, production.Missing);
        double[] edges = [.. shape.Deciles.Select(place => shape.Edges.Values[place])];
        return Of(before, now, i => i < edges.Length + 1
            ? new(null, i == 0 ? double.NegativeInfinity : edges[i - 1], i == edges.Length ? double.PositiveInfinity : edges[i], 0, 0, 0)
            : Missing());
    }

    public static BinProfile OfCategories(CategorySketch production, CategoryShape shape, CategoryReference reference)
    {
        ArgumentNullException.ThrowIfNull(production);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(reference);
        var before = BinViews.Categories(reference.Counts, reference.Counts, reference.Missing);
        var now = BinViews.Categories(production.Counts, reference.Counts, production.Missing);
        string[] own = [.. shape.Names.Where((_, i) => reference.Counts[i] >= BinViews.RareCategory)];
        return Of(before, now, i => i < own.Length ? new(own[i], double.NaN, double.NaN, 0, 0, 0)
            : i == own.Length ? new(null, double.NaN, double.NaN, 0, 0, 0) { IsRest = true }
            : Missing());
    }

    /// <summary>A multiclass model's score is its predicted class: one bin each, then missing.</summary>
    public static BinProfile OfClasses(NumericSketch production, IReadOnlyList<string> classes, NumericReference reference)
    {
        ArgumentNullException.ThrowIfNull(production);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(reference);
        return Of(BinViews.WithMissing(reference.Counts, reference.Missing), BinViews.WithMissing(production.Counts, production.Missing), i => i < classes.Count ? new(classes[i], double.NaN, double.NaN, 0, 0, 0) : Missing());
    }

    private static ProfileBin Missing() => new(null, double.NaN, double.NaN, 0, 0, 0) { IsMissing = true };

    private static BinProfile Of(long[] reference, long[] production, Func<int, ProfileBin> bin)
    {
        var terms = reference.Sum() == 0 || production.Sum() == 0 ? new double[reference.Length] : PopulationStability.Contributions(reference, production);
        return new([.. reference.Select((count, i) => bin(i) with { Reference = count, Production = production[i], Psi = terms[i] })], reference.Sum(), production.Sum());
    }
}
