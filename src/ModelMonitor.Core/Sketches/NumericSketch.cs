namespace ModelMonitor.Core.Sketches;

/// <summary>A numeric column: counts on frozen edges, missing, infinities, range, and moments about the reference mean.</summary>
/// <remarks>Moments add one float64 subtotal per batch: independent of the order of batches, within 1e-12 of another split into batches.</remarks>
public sealed class NumericSketch(int bins) : FeatureSketch
{
    private const int MaxBins = 1 << 16;

    private readonly long[] _counts = new long[bins];
    private readonly ExactSum _sum = new();
    private readonly ExactSum _squares = new();

    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>±∞; they are counted in the outer bins too.</summary>
    public long Infinite { get; private set; }

    /// <summary>Finite values below the reference's least or above its greatest.</summary>
    public long OutOfRange { get; private set; }

    /// <summary>Finite values, over which the moments run.</summary>
    public long Finite { get; private set; }

    /// <summary>Least finite value; +∞ where there is none.</summary>
    public double Minimum { get; private set; } = double.PositiveInfinity;

    /// <summary>Greatest finite value; −∞ where there is none.</summary>
    public double Maximum { get; private set; } = double.NegativeInfinity;

    public override long Rows
    {
        get
        {
            var rows = Missing;
            foreach (var count in _counts) rows += count;
            return rows;
        }
    }

    /// <summary>Counts the values whose entry in <paramref name="include"/> is true (empty: all).</summary>
    /// <exception cref="ShapeMismatchException">The shape has another number of bins.</exception>
    public void Add(ReadOnlySpan<double> values, NumericShape shape, ReadOnlySpan<bool> include = default)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Edges.Bins != _counts.Length) throw new ShapeMismatchException($"The shape has {shape.Edges.Bins} bins, the state {_counts.Length}.");
        double sum = 0, squares = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (!include.IsEmpty && !include[i]) continue;
            var value = values[i];
            if (double.IsNaN(value))
            {
                Missing++;
                continue;
            }

            _counts[shape.Edges.BinOf(value)]++;
            if (double.IsInfinity(value))
            {
                Infinite++;
                continue;
            }

            Finite++;
            if (value < Minimum) Minimum = value;
            if (value > Maximum) Maximum = value;
            if (value < shape.Minimum || value > shape.Maximum) OutOfRange++;
            var d = value - shape.Centre;
            sum += d;
            squares += d * d;
        }

        // A subtotal that overflowed says nothing; the counts still do.
        if (double.IsFinite(sum)) _sum.Add(sum);
        if (double.IsFinite(squares)) _squares.Add(squares);
    }

    /// <summary>Mean of the finite values; NaN where there is none.</summary>
    public double Mean(double centre) => Finite == 0 ? double.NaN : centre + (_sum.Value / Finite);

    /// <summary>Standard deviation of the finite values, dividing by n; NaN where there is none, 0 where all are equal.</summary>
    public double StandardDeviation()
    {
        if (Finite == 0) return double.NaN;
        if (Minimum == Maximum) return 0;
        var mean = _sum.Value / Finite;
        return Math.Sqrt(Math.Max((_squares.Value / Finite) - (mean * mean), 0));
    }

    public override bool HasShapeOf(FeatureSketch other) => other is NumericSketch numeric && numeric._counts.Length == _counts.Length;

    public override void Merge(FeatureSketch other)
    {
        if (other is not NumericSketch numeric || numeric._counts.Length != _counts.Length)
            throw new ShapeMismatchException($"A numeric column of {_counts.Length} bins cannot take {(other as NumericSketch)?._counts.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "a categorical one"}.");
        for (var i = 0; i < _counts.Length; i++) _counts[i] += numeric._counts[i];
        Missing += numeric.Missing;
        Infinite += numeric.Infinite;
        OutOfRange += numeric.OutOfRange;
        Finite += numeric.Finite;
        Minimum = Math.Min(Minimum, numeric.Minimum);
        Maximum = Math.Max(Maximum, numeric.Maximum);
        _sum.Merge(numeric._sum);
        _squares.Merge(numeric._squares);
    }

    public override void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Counts(_counts);
        writer.Signed(Missing);
        writer.Signed(Infinite);
        writer.Signed(OutOfRange);
        writer.Signed(Finite);
        writer.Double(Minimum);
        writer.Double(Maximum);
        _sum.Write(writer);
        _squares.Write(writer);
    }

    /// <exception cref="StateFormatException">The bytes are not a numeric column.</exception>
    public static NumericSketch Read(ref StateReader reader)
    {
        var bins = reader.PeekCount(MaxBins);
        var sketch = new NumericSketch(bins);
        reader.Counts(sketch._counts);
        sketch.Missing = reader.Signed();
        sketch.Infinite = reader.Signed();
        sketch.OutOfRange = reader.Signed();
        sketch.Finite = reader.Signed();
        sketch.Minimum = reader.Double();
        sketch.Maximum = reader.Double();
        sketch._sum.Merge(ExactSum.Read(ref reader));
        sketch._squares.Merge(ExactSum.Read(ref reader));
        return sketch;
    }
}
