using System.Numerics;

namespace ModelMonitor.Core.Kernels;

/// <summary>The twin of <see cref="Binning{T}"/>, written as its definition: for tests and benchmarks.</summary>
internal static class BinningNaive
{
    /// <summary>bin(x) = the number of edges below x, compared in float64; NaN and rows that are not valid are in no bin.</summary>
    /// <returns>Their number.</returns>
    public static long Count<T>(ReadOnlySpan<T> values, Func<int, bool> isValid, ReadOnlySpan<double> edges, Span<long> counts)
        where T : IFloatingPointIeee754<T>
    {
        long missing = 0;
        for (var row = 0; row < values.Length; row++)
        {
            var value = double.CreateTruncating(values[row]);
            if (!isValid(row) || double.IsNaN(value))
            {
                missing++;
                continue;
            }

            var bin = 0;
            foreach (var edge in edges) bin += edge < value ? 1 : 0;
            counts[bin]++;
        }

        return missing;
    }
}
