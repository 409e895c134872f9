namespace ModelMonitor.Core.Sketches;

/// <summary>A categorical column: one count per reference category, then `other`, then `unseen`; missing apart.</summary>
public sealed class CategorySketch(int bins) : FeatureSketch
{
    private const int MaxBins = 1 << 16;

    private readonly long[] _counts = new long[bins];

    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Rows whose category the reference never had.</summary>
    public long Unseen => _counts[^1];

    public override long Rows
    {
        get
        {
            var rows = Missing;
            foreach (var count in _counts) rows += count;
            return rows;
        }
    }

    /// <summary>Counts codes into <paramref name="names"/>, −1 = null, where <paramref name="include"/> is true (empty: all).</summary>
    public void Add(ReadOnlySpan<int> codes, IReadOnlyList<string> names, CategoryShape shape, ReadOnlySpan<bool> include = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Bins != _counts.Length) throw new ShapeMismatchException($"The shape has {shape.Bins} bins, the state {_counts.Length}.");
        var bins = new int[names.Count];
        for (var i = 0; i < bins.Length; i++) bins[i] = shape.BinOf(names[i]);
        for (var i = 0; i < codes.Length; i++)
        {
            if (!include.IsEmpty && !include[i]) continue;
            if (codes[i] < 0) Missing++;
            else _counts[bins[codes[i]]]++;
        }
    }

    public override bool HasShapeOf(FeatureSketch other) => other is CategorySketch category && category._counts.Length == _counts.Length;

    public override void Merge(FeatureSketch other)
    {
        if (other is not CategorySketch category || category._counts.Length != _counts.Length)
            throw new ShapeMismatchException($"A categorical column of {_counts.Length} bins can only take one of the same shape.");
        for (var i = 0; i < _counts.Length; i++) _counts[i] += category._counts[i];
        Missing += category.Missing;
    }

    public override void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Counts(_counts);
        writer.Signed(Missing);
    }

    /// <exception cref="StateFormatException">The bytes are not a categorical column.</exception>
    public static CategorySketch Read(ref StateReader reader)
    {
        var sketch = new CategorySketch(reader.PeekCount(MaxBins));
        if (sketch._counts.Length < 2) throw new StateFormatException("A categorical column has fewer than the two bins other and unseen.");
        reader.Counts(sketch._counts);
        sketch.Missing = reader.Signed();
        return sketch;
    }
}
