using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Core.Metrics;

/// <summary>Relative loss of each metric from data that the model knows better to data that it knows less.</summary>
public static class Gaps
{
    /// <summary>A value nearer to 0 than this is no basis for a relative gap.</summary>
    public const double LeastBasis = 1e-6;

    /// <summary>Train → hold-out, then train → production, then hold-out → production; metrics without a better direction have none.</summary>
    public static IReadOnlyList<GeneralizationGap> Of(
        IReadOnlyDictionary<string, MetricValue> train, IReadOnlyDictionary<string, MetricValue>? holdout, IReadOnlyDictionary<string, MetricValue> production)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(production);
        var gaps = new List<GeneralizationGap>();
        if (holdout is not null) gaps.AddRange(Between("train", train, "holdout", holdout));
        gaps.AddRange(Between("train", train, "production", production));
        if (holdout is not null) gaps.AddRange(Between("holdout", holdout, "production", production));
        return gaps;
    }

    /// <summary>(a − b)/|a| where higher is better, (b − a)/|a| where lower is; SE² = (SE_b² + (b/a)²·SE_a²)/a²; interval ∓ z·SE.</summary>
    public static MetricValue Of(MetricDirection direction, MetricValue from, MetricValue to)
    {
        if (direction == MetricDirection.None) throw new ArgumentException("A metric without a better direction has no gap.", nameof(direction));
        if (from.Value is not { } a || to.Value is not { } b) return MetricValue.Undefined(MetricStatus.UndefinedOperand);
        if (Math.Abs(a) < LeastBasis) return MetricValue.Undefined(MetricStatus.ZeroDenominator);
        var loss = direction == MetricDirection.HigherIsBetter ? a - b : b - a;
        return Intervals.Symmetric(loss / Math.Abs(a), Error(a, b, from.StandardError, to.StandardError), rows: null) with
        {
            BlockError = from.BlockError is null && to.BlockError is null ? null : Error(a, b, from.DecisionError, to.DecisionError),
        };
    }

    /// <summary>The value at which the gap from <paramref name="from"/> is <paramref name="gap"/>: from ∓ gap·|from|. Null for a metric without a better direction, or too small a basis.</summary>
    public static double? ReachedAt(string metric, double from, double gap) => MetricDirections.Of(metric) switch
    {
        _ when Math.Abs(from) < LeastBasis => null,
        MetricDirection.HigherIsBetter => from - (gap * Math.Abs(from)),
        MetricDirection.LowerIsBetter => from + (gap * Math.Abs(from)),
        _ => null,
    };

    private static double? Error(double a, double b, double? errorOfA, double? errorOfB) =>
        errorOfA is { } ofA && errorOfB is { } ofB ? Math.Sqrt((ofB * ofB) + (b / a * (b / a) * ofA * ofA)) / Math.Abs(a) : null;

    private static IEnumerable<GeneralizationGap> Between(
        string fromName, IReadOnlyDictionary<string, MetricValue> from, string toName, IReadOnlyDictionary<string, MetricValue> to)
    {
        foreach (var (metric, value) in from)
        {
            var direction = MetricDirections.Of(metric);
            if (direction != MetricDirection.None && to.TryGetValue(metric, out var other)) yield return new(metric, fromName, toName, Of(direction, value, other));
        }
    }
}
