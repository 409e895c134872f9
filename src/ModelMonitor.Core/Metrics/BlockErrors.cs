using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Metrics;

/// <summary>Standard errors over the sub-periods of a window, by metric key.</summary>
/// <param name="Performance">Of realised performance.</param>
/// <param name="Estimates">Of estimated minus realised.</param>
public sealed record BlockErrors(IReadOnlyDictionary<string, double> Performance, IReadOnlyDictionary<string, double> Estimates)
{
    private const string EstimatePrefix = "estimated_";

    /// <summary>A window without enough sub-periods.</summary>
    public static BlockErrors None { get; } = new(new Dictionary<string, double>(), new Dictionary<string, double>());

    /// <summary>What a <see cref="Jackknife"/> is to judge: performance, and how far estimates lie from it.</summary>
    public static IEnumerable<KeyValuePair<string, MetricValue>> Metrics(OutcomeSketch outcomes, Baseline baseline, IReadOnlyDictionary<string, MetricValue> performance) =>
        performance.Concat(EstimateErrors.Of(outcomes, baseline, performance).Select(error => KeyValuePair.Create(EstimatePrefix + error.Key, error.Value)));

    /// <summary>The errors of <see cref="Metrics"/>.</summary>
    public static BlockErrors Of(Jackknife jackknife)
    {
        ArgumentNullException.ThrowIfNull(jackknife);
        var errors = jackknife.StandardErrors().ToLookup(error => error.Key.StartsWith(EstimatePrefix, StringComparison.Ordinal));
        return new(errors[false].ToDictionary(), errors[true].ToDictionary(error => error.Key[EstimatePrefix.Length..], error => error.Value));
    }

    /// <summary>The values with the errors of their blocks, for decisions; intervals stay as they are.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Apply(IReadOnlyDictionary<string, MetricValue> values, IReadOnlyDictionary<string, double> errors)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.Count == 0) return values;
        var applied = new OrderedDictionary<string, MetricValue>();
        foreach (var (key, value) in values) applied[key] = value.Value is not null && errors.TryGetValue(key, out var error) ? value with { BlockError = error } : value;
        return applied;
    }
}
