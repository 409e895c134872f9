using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelMonitor.Core.Kernels;

/// <summary>Counters in the lanes of a register: integers as wide as the values that are counted.</summary>
internal static class Lanes
{
    /// <summary>Values in a step of sums.</summary>
    public const int Eight = 8;

    /// <summary>Eight values as float64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<double> Lower, Vector256<double> Upper) Wide<T>(ReadOnlySpan<T> eight)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Vector256.Widen(Vector256.Create(eight).AsSingle())
            : (Vector256.Create(eight).AsDouble(), Vector256.Create(eight[4..]).AsDouble());

    /// <summary>Adds one where a comparison was true: its lanes are 0 or −1 as integers.</summary>
    public static Vector256<T> Count<T>(Vector256<T> counts, Vector256<T> mask) => Vector256<T>.Count == 8
        ? (counts.AsInt32() - mask.AsInt32()).As<int, T>()
        : (counts.AsInt64() - mask.AsInt64()).As<long, T>();

    public static long Sum<T>(Vector256<T> counts)
    {
        long sum = 0;
        for (var lane = 0; lane < Vector256<T>.Count; lane++) sum += Vector256<T>.Count == 8 ? counts.AsInt32()[lane] : counts.AsInt64()[lane];
        return sum;
    }

    /// <summary>Always in this order, so that the digits do not depend on the machine.</summary>
    public static double Sum(Vector256<double> a, Vector256<double> b)
    {
        var c = a + b;
        return (c[0] + c[1]) + (c[2] + c[3]);
    }

    /// <summary>The least and the greatest, of lanes without NaN.</summary>
    public static (double Minimum, double Maximum) Extremes<T>(Vector256<T> minima, Vector256<T> maxima)
        where T : unmanaged, INumber<T>
    {
        var (minimum, maximum) = (minima[0], maxima[0]);
        for (var lane = 1; lane < Vector256<T>.Count; lane++) (minimum, maximum) = (T.Min(minimum, minima[lane]), T.Max(maximum, maxima[lane]));
        return (double.CreateTruncating(minimum), double.CreateTruncating(maximum));
    }
}
