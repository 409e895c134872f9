namespace ModelMonitor.Core.Sketches;

/// <summary>A categorical column: one count per reference category, then `other`, then `unseen`; missing apart.</summary>
public sealed class CategorySketch : FeatureSketch
{
    private const int MaxBins = 1 << 16;

    private ColumnCounts _counts;

    public CategorySketch(int bins)
        : this(new ColumnCounts(bins))
    {
    }

    private CategorySketch(ColumnCounts counts) => _counts = counts;

    public ReadOnlySpan<long> Counts => _counts.Values;

    public override int Bins => _counts.Bins;

    internal override bool IsUntouched => Missing == 0 && _counts.IsZero;

    /// <summary>Rows whose category the reference never had.</summary>
    public long Unseen => Counts[^1];

    public override long Rows => Missing + _counts.Total;

    /// <summary>Counts codes into <paramref name="names"/>, −1 = null.</summary>
    /// <exception cref="ShapeMismatchException">The shape has another number of bins.</exception>
    public void Add(ReadOnlySpan<int> codes, IReadOnlyList<string> names, CategoryShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Bins != Bins) throw new ShapeMismatchException($"The shape has {shape.Bins} bins, the state {Bins}.");
        Add(codes, shape.BinsOf(names));
    }

    /// <summary>Counts codes, −1 = null, by the bin of each code: <see cref="CategoryShape.BinsOf"/>.</summary>
    public void Add(ReadOnlySpan<int> codes, ReadOnlySpan<int> bins)
    {
        foreach (var code in codes)
        {
            if (code < 0) Missing++;
            else _counts.Add(bins[code], 1);
        }
    }

    public override bool HasShapeOf(FeatureSketch other) => other is CategorySketch category && category.Bins == Bins;

    public override void Merge(FeatureSketch other)
    {
        if (other is not CategorySketch category || category.Bins != Bins)
            throw new ShapeMismatchException($"A categorical column of {Bins} bins can only take one of the same shape.");
        _counts.Merge(in category._counts);
        Missing += category.Missing;
    }

    public override void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _counts.Write(writer);
        writer.Signed(Missing);
    }

    /// <exception cref="StateFormatException">The bytes are not a categorical column.</exception>
    public static CategorySketch Read(ref StateReader reader)
    {
        var sketch = new CategorySketch(ColumnCounts.Read(ref reader, MaxBins));
        if (sketch.Bins < 2) throw new StateFormatException("A categorical column has fewer than the two bins other and unseen.");
        sketch.Missing = reader.Signed();
        return sketch;
    }
}
