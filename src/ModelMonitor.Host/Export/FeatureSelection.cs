using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using FeatureValues = System.Collections.Generic.IReadOnlyDictionary<string, ModelMonitor.Core.Metrics.MetricValue>;

namespace ModelMonitor.Host.Export;

/// <summary>Which features of a version have series of their own. Settled once, so that no series comes and goes with the data.</summary>
internal sealed class FeatureSelection
{
    /// <summary>The label of all features that have no series of their own.</summary>
    public const string Other = "other";

    private readonly HashSet<string> _own;

    private FeatureSelection(HashSet<string> own) => _own = own;

    /// <summary>Takes the most important features while there is room, in the given order where importance does not tell them apart.</summary>
    /// <param name="room">How many label values there may be, `other` included.</param>
    /// <param name="importance">Null: not known, the given order alone.</param>
    public static FeatureSelection Settle(IReadOnlyList<KeyValuePair<string, FeatureValues>> features, int room, PermutationImportance? importance = null)
    {
        var count = features.Count <= room ? features.Count : Math.Max(0, room - 1);
        return new FeatureSelection(features.Select(f => f.Key).OrderBy(f => importance?.RankOf(f) ?? 0).Take(count).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Label value → key → value; under `other` the maximum of each key over the features that have no series of their own.</summary>
    public Dictionary<string, Dictionary<string, MetricValue>> Apply(
        IReadOnlyList<KeyValuePair<string, FeatureValues>> features, IReadOnlyList<string> keys)
    {
        var result = new Dictionary<string, Dictionary<string, MetricValue>>(StringComparer.Ordinal);
        foreach (var (feature, values) in features)
        {
            var label = _own.Contains(feature) ? feature : Other;
            if (!result.TryGetValue(label, out var kept)) result.Add(label, kept = new(StringComparer.Ordinal));
            foreach (var key in keys)
            {
                if (!values.TryGetValue(key, out var value) || value.Value is null) continue;
                if (!kept.TryGetValue(key, out var before) || before.Value < value.Value) kept[key] = value;
            }
        }

        return result;
    }
}
