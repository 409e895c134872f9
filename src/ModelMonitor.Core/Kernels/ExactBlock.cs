using System.Runtime.Intrinsics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Kernels;

/// <summary>Adds many values to an <see cref="ExactSum"/>, four at a time, with the same exact result as one by one.</summary>
/// <remarks>
/// Each value is cut at 2^−20, 2^−52 and 2^−84 into parts whose sums are exact in float64, for none needs more than 53 bits; what is left
/// below is added by itself. Source of the cutting: Demmel &amp; Nguyen, "Fast reproducible floating-point summation" (2013).
/// </remarks>
internal static class ExactBlock
{
    /// <summary>Values are smaller than this: 31 bits above 2^−20.</summary>
    public const double Limit = 1 << 11;

    /// <summary>4 lanes × 2^17 values of at most 31 bits, the lanes added up: 50 bits.</summary>
    public const int MaxLength = 1 << 19;

    /// <param name="values">At most <see cref="MaxLength"/>, each below <see cref="Limit"/> in magnitude.</param>
    public static void Add(ExactSum sum, ReadOnlySpan<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, MaxLength);
        // 1.5·2^k plus a value is rounded to a multiple of 2^(k − 52).
        var cut0 = Vector256.Create(1.5 * (1L << 32));
        var cut1 = Vector256.Create(1.5);
        var cut2 = Vector256.Create(1.5 / (1L << 32));
        Vector256<double> sum0 = default, sum1 = default, sum2 = default;
        var i = 0;
        for (; i <= values.Length - Vector256<double>.Count; i += Vector256<double>.Count)
        {
            var rest = Vector256.Create(values.Slice(i, Vector256<double>.Count));
            var part = rest + cut0 - cut0;
            sum0 += part;
            rest -= part;
            part = rest + cut1 - cut1;
            sum1 += part;
            rest -= part;
            part = rest + cut2 - cut2;
            sum2 += part;
            rest -= part;
            if (rest != Vector256<double>.Zero) AddLanes(sum, rest);
        }

        sum.Add(Vector256.Sum(sum0));
        sum.Add(Vector256.Sum(sum1));
        sum.Add(Vector256.Sum(sum2));
        for (; i < values.Length; i++) sum.Add(values[i]);
    }

    private static void AddLanes(ExactSum sum, Vector256<double> rest)
    {
        for (var lane = 0; lane < Vector256<double>.Count; lane++) sum.Add(rest[lane]);
    }
}
