using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Core.Metrics;

/// <summary>PSI of a column's chunks, each against the rest of the reference.</summary>
public static class ChunkStability
{
    /// <param name="codes">Fine bin of each row in order of time; negative: missing.</param>
    /// <param name="reference">Counts per fine bin of the whole reference, rows without a time included.</param>
    /// <param name="missing">Missing rows of the whole reference.</param>
    /// <param name="view">From counts and missing to the bins of PSI: the same as production's.</param>
    /// <returns>Null for too few chunks.</returns>
    public static ValueNoise? Of(ReadOnlySpan<int> codes, IReadOnlyList<Range> chunks, long[] reference, long missing, Func<long[], long, long[]> view)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(view);
        var values = new List<double>(chunks.Count);
        var (counts, rest) = (new long[reference.Length], new long[reference.Length]);
        foreach (var chunk in chunks)
        {
            Array.Clear(counts);
            long absent = 0;
            foreach (var code in codes[chunk])
            {
                if (code < 0) absent++;
                else counts[code]++;
            }

            for (var i = 0; i < rest.Length; i++) rest[i] = reference[i] - counts[i];
            var others = view(rest, missing - absent);
            // A chunk that is the whole reference has nothing to differ from.
            if (others.Sum() > 0) values.Add(PopulationStability.Psi(others, view(counts, absent)).Psi);
        }

        return ValueNoise.Of(values);
    }
}
