using System.Buffers;
using System.Numerics;
using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Core.Sketches;

/// <summary>A numeric column: counts on frozen edges, missing, infinities, range, and moments about the reference mean.</summary>
/// <remarks>Moments add one float64 subtotal per batch: independent of the order of batches, within 1e-12 of another split into batches.</remarks>
public sealed class NumericSketch : FeatureSketch
{
    private const int MaxBins = 1 << 16;

    /// <summary>Values that are counted, then summed: the first-level cache still has them the second time.</summary>
    private const int Block = 8192;

    /// <summary>Below so many values a histogram costs more than it saves, and few bins are touched.</summary>
    private const int FewValues = 64;

    private readonly ExactSum _sum = new();
    private readonly ExactSum _squares = new();
    private ColumnCounts _counts;

    public NumericSketch(int bins)
        : this(new ColumnCounts(bins))
    {
    }

    private NumericSketch(ColumnCounts counts) => _counts = counts;

    public ReadOnlySpan<long> Counts => _counts.Values;

    public override int Bins => _counts.Bins;

    internal override bool IsUntouched => Missing == 0 && _counts.IsZero;

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

    public override long Rows => Missing + _counts.Total;

    /// <summary>Counts a batch's values; NaN is missing.</summary>
    /// <exception cref="ShapeMismatchException">The shape has another number of bins.</exception>
    public void Add(ReadOnlySpan<double> values, NumericShape shape) => AddColumn(values, default, shape);

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, NumericShape)"/>
    /// <param name="validity">Rows that are null, whatever lies beneath, are missing.</param>
    public void Add(ReadOnlySpan<double> values, Validity validity, NumericShape shape) => AddColumn(values, validity, shape);

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity, NumericShape)"/>
    public void Add(ReadOnlySpan<float> values, Validity validity, NumericShape shape) => AddColumn(values, validity, shape);

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

    public override bool HasShapeOf(FeatureSketch other) => other is NumericSketch numeric && numeric.Bins == Bins;

    public override void Merge(FeatureSketch other)
    {
        if (other is not NumericSketch numeric || numeric.Bins != Bins)
            throw new ShapeMismatchException($"A numeric column of {Bins} bins cannot take {(other as NumericSketch)?.Bins.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "a categorical one"}.");
        _counts.Merge(in numeric._counts);
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
        _counts.Write(writer);
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
        var sketch = new NumericSketch(ColumnCounts.Read(ref reader, MaxBins));
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

    private void AddColumn<T>(ReadOnlySpan<T> values, Validity validity, NumericShape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Edges.Bins != Bins) throw new ShapeMismatchException($"The shape has {shape.Edges.Bins} bins, the state {Bins}.");
        var binning = shape.Edges.BinningOf<T>();
        var range = new ColumnRange(shape.Minimum, shape.Maximum, shape.Centre);
        var statistics = new ColumnStatistics();
        var copy = validity.IsAllValid ? null : ArrayPool<T>.Shared.Rent(Math.Min(values.Length, Block));
        long missing = 0;
        for (var start = 0; start < values.Length; start += Block)
        {
            var block = values[start..Math.Min(start + Block, values.Length)];
            if (copy is not null)
            {
                validity.Slice(start).Copy(block, copy);
                block = copy.AsSpan(0, block.Length);
            }

            var missingHere = block.Length < FewValues ? CountFew(block, binning) : binning.Count(block, _counts.Values);
            missing += missingHere;
            statistics.Add(block, range, mayHaveNaN: missingHere > 0);
        }

        if (copy is not null) ArrayPool<T>.Shared.Return(copy);
        Missing += missing;
        Infinite += values.Length - missing - statistics.Finite;
        OutOfRange += statistics.OutOfRange;
        Finite += statistics.Finite;
        Minimum = Math.Min(Minimum, statistics.Minimum);
        Maximum = Math.Max(Maximum, statistics.Maximum);
        // A subtotal that overflowed says nothing; the counts still do.
        if (double.IsFinite(statistics.Sum)) _sum.Add(statistics.Sum);
        if (double.IsFinite(statistics.Squares)) _squares.Add(statistics.Squares);
    }

    private long CountFew<T>(ReadOnlySpan<T> values, Binning<T> binning)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long missing = 0;
        foreach (var value in values)
        {
            if (T.IsNaN(value)) missing++;
            else _counts.Add(binning.BinOf(value), 1);
        }

        return missing;
    }
}
