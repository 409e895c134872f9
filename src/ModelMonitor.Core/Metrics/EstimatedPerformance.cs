using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;

namespace ModelMonitor.Core.Metrics;

/// <summary>Performance of a binary model to be expected without labels, from its scores and the hold-out's calibration.</summary>
/// <remarks>
/// Blind to concept drift: it supposes that a score still means what it meant on the hold-out. The 95 % interval (value ∓ z·SE, by the delta method,
/// <see cref="ExpectedOutcomes.StandardError"/>) is where the realised value would lie with every label known, if that is so. The expected
/// calibration error is not estimated: it would compare the calibration with itself.
/// </remarks>
public static class EstimatedPerformance
{
    /// <summary>The metrics' keys without `estimated_`, in the order in which they are reported.</summary>
    public static IReadOnlyList<string> Keys { get; } = [.. BinaryPerformance.Keys.Where(key => key != "ece")];

    /// <summary>Over all scored rows of a stretch; empty where the model is not binary.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Of(PaneState state, Baseline baseline)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(baseline);
        if (baseline.Shape is not { Task: TaskKind.Binary, ScoreBins: { } bins }) return new OrderedDictionary<string, MetricValue>();
        if (baseline.Calibration is not { } calibration) return Undefined(baseline.Holdout is null ? MetricStatus.NoHoldout : MetricStatus.TooFewLabels, state.Rows);
        var probabilities = state.Score is not { Finite: > 0 } score || score is { Minimum: >= 0, Maximum: <= 1 };
        return Of(ExpectedOutcomes.Of(state.Scored, bins, calibration), probabilities);
    }

    /// <param name="expected">Of the rows in question.</param>
    /// <param name="probabilities">Whether every score is one; else log loss and Brier score are undefined.</param>
    public static IReadOnlyDictionary<string, MetricValue> Of(ExpectedOutcomes expected, bool probabilities)
    {
        ArgumentNullException.ThrowIfNull(expected);
        if (expected.Rows == 0) return Undefined(MetricStatus.NoRows, 0);
        var values = new OrderedDictionary<string, MetricValue>();
        var confusion = new ExpectedConfusion(expected);
        ExpectedRanking.Add(values, expected);
        confusion.Add(values);
        values["log_loss"] = probabilities ? ExpectedLoss.LogLoss(expected) : MetricValue.Undefined(MetricStatus.UndefinedOperand, expected.Rows);
        values["brier"] = probabilities ? ExpectedLoss.Brier(expected) : MetricValue.Undefined(MetricStatus.UndefinedOperand, expected.Rows);
        values["lift_top_decile"] = ExpectedRanking.LiftTopDecile(expected);
        return values;
    }

    /// <summary>The whole family, withheld for one reason.</summary>
    public static IReadOnlyDictionary<string, MetricValue> Undefined(string status, long rows) => Keys.ToOrdered(_ => MetricValue.Undefined(status, rows));
}
