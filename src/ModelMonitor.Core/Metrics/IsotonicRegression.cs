namespace ModelMonitor.Core.Metrics;

/// <summary>The non-decreasing step function nearest to shares of positives, by pooling adjacent violators.</summary>
/// <remarks>Source: Ayer et al. (1955); Zadrozny &amp; Elkan, "Transforming classifier scores into accurate multiclass probability estimates" (2002).</remarks>
public static class IsotonicRegression
{
    /// <summary>Minimises Σ_b rows_b·(share_b − value_b)² over non-decreasing values. Bins without rows join the block below them.</summary>
    /// <param name="rows">Per score bin.</param>
    /// <param name="positives">Per score bin.</param>
    /// <returns>Blocks of increasing shares of positives, compared as integers, so exactly; none where there are no rows.</returns>
    public static IReadOnlyList<IsotonicBlock> Fit(ReadOnlySpan<long> rows, ReadOnlySpan<long> positives)
    {
        if (rows.Length != positives.Length) throw new ArgumentException("Rows and positives have different bins.", nameof(positives));
        List<IsotonicBlock> blocks = [];
        for (var bin = 0; bin < rows.Length; bin++)
        {
            if (rows[bin] == 0) continue;
            var block = new IsotonicBlock(bin, rows[bin], positives[bin]);
            // Equal shares pool too: a step is where the value changes.
            while (blocks.Count > 0 && (Int128)blocks[^1].Positives * block.Rows >= (Int128)block.Positives * blocks[^1].Rows)
            {
                block = new(blocks[^1].FirstBin, blocks[^1].Rows + block.Rows, blocks[^1].Positives + block.Positives);
                blocks.RemoveAt(blocks.Count - 1);
            }

            blocks.Add(block);
        }

        return blocks;
    }
}

/// <summary>Score bins that share a value.</summary>
/// <param name="FirstBin">Its first bin with rows; the block ends where the next one begins.</param>
public readonly record struct IsotonicBlock(int FirstBin, long Rows, long Positives)
{
    public double Share => (double)Positives / Rows;
}
