using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>Puts a trend beside an evaluation's findings.</summary>
public static class DecayTrends
{
    /// <summary>Whether the labels of an evaluation carry a point of a trend.</summary>
    public static bool IsMatured(Evaluation evaluation) => LabelMaturity.Of(evaluation, LabelMaturity.UsualShare) is null;

    /// <summary>The evaluation with the trend of its own and earlier windows; decay findings say it too.</summary>
    /// <param name="before">The same metric over earlier windows that do not overlap, by rising end.</param>
    /// <param name="end">The end of the evaluation's own point; null: it is none (a window over all of them).</param>
    public static Evaluation WithTrend(this Evaluation evaluation, IEnumerable<(long End, MetricValue Value)> before, long? end, FindingOptions options)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(options);
        var points = before.ToList();
        if (end is { } own && PointOf(evaluation, options.PrimaryMetric) is { } value) points.Add((own, value));
        double? target = options.Targets.TryGetValue(options.PrimaryMetric, out var limit) ? limit : null;
        if (DecayTrend.Of(options.PrimaryMetric, points, target) is not { } trend) return evaluation;
        return evaluation with
        {
            Decay = trend,
            Findings = [.. evaluation.Findings.Select(f => f.Kind == FindingKind.Decay && f.Metric == trend.Metric ? f with { Message = $"{f.Message} {trend.Sentence()}" } : f)],
        };
    }

    /// <summary>What an evaluation adds to a trend; null where its labels do not carry it.</summary>
    public static MetricValue? PointOf(Evaluation evaluation, string metric)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return IsMatured(evaluation) && evaluation.Performance.TryGetValue(metric, out var value) && value.Value is not null ? value : null;
    }
}
