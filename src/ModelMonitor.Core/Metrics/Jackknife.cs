using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Standard errors that hold also where rows of one sub-period err together: each block is left out in turn.</summary>
/// <remarks>Source: Künsch, "The jackknife and the bootstrap for general stationary observations" (1989), with blocks that do not overlap.</remarks>
public sealed class Jackknife
{
    /// <summary>With fewer blocks the spread between them is no estimate.</summary>
    public const int LeastBlocks = 10;

    private readonly OutcomeSketch _total;
    private readonly Func<OutcomeSketch, IEnumerable<KeyValuePair<string, MetricValue>>> _metrics;
    private readonly SortedDictionary<long, Dictionary<string, double?>> _without = [];

    /// <param name="total">The sums of all blocks together: this object's own, for blocks are taken out of it and put back.</param>
    /// <param name="metrics">What is to be judged, by key.</param>
    public Jackknife(OutcomeSketch total, Func<OutcomeSketch, IEnumerable<KeyValuePair<string, MetricValue>>> metrics) => (_total, _metrics) = (total, metrics);

    /// <summary>Blocks with labelled rows so far.</summary>
    public int Blocks => _without.Count;

    /// <summary>Computes everything without one block; a block without labelled rows changes nothing and does not count.</summary>
    /// <param name="key">What orders the blocks, so that sums over them are the same in whatever order they come.</param>
    /// <returns>False where this kind of outcomes cannot be taken back.</returns>
    public bool Add(long key, OutcomeSketch block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (block.Rows <= 0) return true;
        if (!_total.TrySubtract(block)) return false;
        _without.Add(key, _metrics(_total).ToDictionary(p => p.Key, p => p.Value.Value, StringComparer.Ordinal));
        _total.Merge(block);
        return true;
    }

    /// <summary>The standard error of each metric that is defined without any one of the blocks; empty with fewer than ten.</summary>
    public IReadOnlyDictionary<string, double> StandardErrors()
    {
        var errors = new Dictionary<string, double>(StringComparer.Ordinal);
        if (Blocks < LeastBlocks) return errors;
        foreach (var key in _without.Values.First().Keys)
        {
            double?[] values = [.. _without.Values.Select(metrics => metrics.GetValueOrDefault(key))];
            if (values.All(value => value is not null)) errors[key] = StandardError([.. values.Select(value => value!.Value)]);
        }

        return errors;
    }

    /// <summary>√((B − 1)/B · Σ_b (θ₋ᵦ − mean of θ₋ᵦ)²), θ₋ᵦ the metric without block b.</summary>
    public static double StandardError(IReadOnlyList<double> without)
    {
        ArgumentNullException.ThrowIfNull(without);
        var mean = without.Average();
        return Math.Sqrt((without.Count - 1.0) / without.Count * without.Sum(value => (value - mean) * (value - mean)));
    }
}
