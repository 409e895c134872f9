namespace ModelMonitor.Core.Metrics;

/// <summary>Coarser views of fine counts: one counting pass serves them all.</summary>
public static class BinViews
{
    /// <summary>Reference rows below which a category has no bin of its own in PSI.</summary>
    public const long RareCategory = 20;

    /// <summary>Counts between decile edges, then missing.</summary>
    /// <param name="fine">Counts per fine bin.</param>
    /// <param name="deciles">Indices of the fine edges that are deciles, ascending.</param>
    public static long[] Deciles(ReadOnlySpan<long> fine, ReadOnlySpan<int> deciles, long missing)
    {
        var view = new long[deciles.Length + 2];
        var coarse = 0;
        for (var i = 0; i < fine.Length; i++)
        {
            // Fine bin i ends at fine edge i.
            while (coarse < deciles.Length && i > deciles[coarse]) coarse++;
            view[coarse] += fine[i];
        }

        view[^1] = missing;
        return view;
    }

    /// <summary>Counts per category with at least <see cref="RareCategory"/> reference rows, then `rest` (rare ones, other, unseen), then missing.</summary>
    /// <param name="counts">Per category, then other, then unseen.</param>
    /// <param name="reference">The reference's counts, which decide what is rare.</param>
    public static long[] Categories(ReadOnlySpan<long> counts, ReadOnlySpan<long> reference, long missing)
    {
        var view = new List<long>();
        long rest = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (i < counts.Length - 2 && reference[i] >= RareCategory) view.Add(counts[i]);
            else rest += counts[i];
        }

        return [.. view, rest, missing];
    }

    /// <summary>All bins as they are, then missing.</summary>
    public static long[] WithMissing(ReadOnlySpan<long> counts, long missing) => [.. counts, missing];
}
