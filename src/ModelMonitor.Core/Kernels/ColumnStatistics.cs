using System.Numerics;
using System.Runtime.Intrinsics;

namespace ModelMonitor.Core.Kernels;

/// <summary>What data quality needs of a column's finite values, added up in one pass. Its twin is <see cref="ColumnStatisticsNaive"/>.</summary>
/// <remarks>
/// d = x − centre. Sums run in eight lanes of float64, whatever the machine and the column's type have, so that every machine gives the
/// same digits, and a number the same as float32 and as float64; no fused multiply-add for the same reason.
/// </remarks>
internal record struct ColumnStatistics()
{
    /// <summary>Values that are neither NaN nor infinite; all that follows is about them.</summary>
    public long Finite { get; private set; }

    /// <summary>Below the range's lower end or above its upper one.</summary>
    public long OutOfRange { get; private set; }

    /// <summary>+∞ where there is none.</summary>
    public double Minimum { get; private set; } = double.PositiveInfinity;

    /// <summary>−∞ where there is none.</summary>
    public double Maximum { get; private set; } = double.NegativeInfinity;

    /// <summary>Σ d. Not finite where it overflowed.</summary>
    public double Sum { get; private set; }

    /// <summary>Σ d². Not finite where it overflowed.</summary>
    public double Squares { get; private set; }

    /// <param name="mayHaveNaN">Where it is known that there is none: false.</param>
    public void Add<T>(ReadOnlySpan<T> values, in ColumnRange range, bool mayHaveNaN = true)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (low, high) = (Rounded.Up<T>(range.Minimum), Rounded.Down<T>(range.Maximum));
        var whole = values.Length - (values.Length % Lanes.Eight);
        if (whole > 0 && (mayHaveNaN || !TryAddFinite(values[..whole], range))) AddWhole(values[..whole], low, high, range.Centre);
        foreach (var value in values[whole..]) AddOne(value, low, high, range.Centre);
        // Which of −0 and 0 came first must not show.
        (Minimum, Maximum) = (Minimum + 0.0, Maximum + 0.0);
    }

    private void AddOne<T>(T value, T low, T high, double centre)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!T.IsFinite(value)) return;
        Finite++;
        if (value < low || value > high) OutOfRange++;
        var wide = double.CreateTruncating(value);
        if (wide < Minimum) Minimum = wide;
        if (wide > Maximum) Maximum = wide;
        var d = wide - centre;
        Sum += d;
        Squares += d * d;
    }

    /// <summary>Adds values that are all finite and in range, as nearly all are. False: they are not, or overflow, and nothing was added.</summary>
    private bool TryAddFinite<T>(ReadOnlySpan<T> values, in ColumnRange range)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var centres = Vector256.Create(range.Centre);
        var minima = Vector256.Create(values);
        var maxima = minima;
        Vector256<double> sums0 = default, sums1 = default, squares0 = default, squares1 = default;
        for (var i = 0; i < values.Length; i += Lanes.Eight)
        {
            var eight = values.Slice(i, Lanes.Eight);
            // The halves overlap where one register holds all eight: that changes no extreme.
            var (x, y) = (Vector256.Create(eight), Vector256.Create(eight[(Lanes.Eight - Vector256<T>.Count)..]));
            minima = Vector256.MinNative(Vector256.MinNative(minima, x), y);
            maxima = Vector256.MaxNative(Vector256.MaxNative(maxima, x), y);
            var (x0, x1) = Lanes.Wide(eight);
            var (d0, d1) = (x0 - centres, x1 - centres);
            (sums0, sums1) = (sums0 + d0, sums1 + d1);
            (squares0, squares1) = (squares0 + (d0 * d0), squares1 + (d1 * d1));
        }

        var (sum, squares) = (Lanes.Sum(sums0, sums1), Lanes.Sum(squares0, squares1));
        // A single NaN or infinity would have made the squares one.
        if (!double.IsFinite(squares)) return false;
        var (minimum, maximum) = Lanes.Extremes(minima, maxima);
        if (minimum < range.Minimum || maximum > range.Maximum) return false;
        Finite += values.Length;
        (Minimum, Maximum) = (Math.Min(Minimum, minimum), Math.Max(Maximum, maximum));
        Sum += sum;
        Squares += squares;
        return true;
    }

    private void AddWhole<T>(ReadOnlySpan<T> values, T low, T high, double centre)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var infinity = Vector256.Create(T.PositiveInfinity);
        var (lows, highs, centres, infinities) = (Vector256.Create(low), Vector256.Create(high), Vector256.Create(centre), Vector256.Create(double.PositiveInfinity));
        var (minima, maxima) = (infinity, -infinity);
        Vector256<T> finites = default, outside = default;
        Vector256<double> sums0 = default, sums1 = default, squares0 = default, squares1 = default;
        for (var i = 0; i < values.Length; i += Lanes.Eight)
        {
            var eight = values.Slice(i, Lanes.Eight);
            for (var part = 0; part < Lanes.Eight; part += Vector256<T>.Count)
            {
                var x = Vector256.Create(eight[part..]);
                var finite = Vector256.LessThan(Vector256.Abs(x), infinity);
                finites = Lanes.Count(finites, finite);
                outside = Lanes.Count(outside, (Vector256.LessThan(x, lows) | Vector256.GreaterThan(x, highs)) & finite);
                minima = Vector256.MinNative(minima, Vector256.ConditionalSelect(finite, x, infinity));
                maxima = Vector256.MaxNative(maxima, Vector256.ConditionalSelect(finite, x, -infinity));
            }

            var (x0, x1) = Lanes.Wide(eight);
            var d0 = (x0 - centres) & Vector256.LessThan(Vector256.Abs(x0), infinities);
            var d1 = (x1 - centres) & Vector256.LessThan(Vector256.Abs(x1), infinities);
            (sums0, sums1) = (sums0 + d0, sums1 + d1);
            (squares0, squares1) = (squares0 + (d0 * d0), squares1 + (d1 * d1));
        }

        Finite += Lanes.Sum(finites);
        OutOfRange += Lanes.Sum(outside);
        var (minimum, maximum) = Lanes.Extremes(minima, maxima);
        (Minimum, Maximum) = (Math.Min(Minimum, minimum), Math.Max(Maximum, maximum));
        Sum += Lanes.Sum(sums0, sums1);
        Squares += Lanes.Sum(squares0, squares1);
    }
}

/// <summary>What a column is compared with.</summary>
/// <param name="Minimum">Least value that is in range; NaN: every value is.</param>
/// <param name="Maximum">Greatest value that is in range; NaN: every value is.</param>
/// <param name="Centre">What moments are taken about.</param>
internal readonly record struct ColumnRange(double Minimum, double Maximum, double Centre);
