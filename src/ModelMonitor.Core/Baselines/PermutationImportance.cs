namespace ModelMonitor.Core.Baselines;

/// <summary>How much a version's primary metric drops on the drift reference when one input column is permuted. Not part of the shape.</summary>
/// <remarks>Source: Breiman, "Random Forests" (2001), section 10. Columns that stand for each other share their importance.</remarks>
/// <param name="Metric">The metric that drops.</param>
/// <param name="Value">Its value on the same rows, nothing permuted.</param>
/// <param name="Rows">Rows that were scored for each permutation: all, or as many as the bound on the work allows, evenly spread.</param>
/// <param name="Repeats">Permutations of each column.</param>
/// <param name="Features">The most important first, ties by ordinal order of the name.</param>
public sealed record PermutationImportance(string Metric, double Value, long Rows, int Repeats, IReadOnlyList<FeatureImportance> Features)
{
    private readonly Dictionary<string, int> _ranks = Features.Select((f, i) => (f.Feature, i)).ToDictionary(x => x.Feature, x => x.i, StringComparer.Ordinal);

    /// <summary>0 for the most important column; columns whose importance is not known come after all others.</summary>
    public int RankOf(string feature) => _ranks.GetValueOrDefault(feature, int.MaxValue);
}

/// <param name="Drop">Mean drop of the metric over the repeats: positive = the model needs the column, near 0 = it doesn't.</param>
/// <param name="StandardDeviation">Of the drop over the repeats, dividing by their number.</param>
public readonly record struct FeatureImportance(string Feature, double Drop, double StandardDeviation);
