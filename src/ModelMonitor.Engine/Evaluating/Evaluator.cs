using System.Runtime.CompilerServices;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Evaluating;

/// <summary>Sums a window and computes everything over it: live, over HTTP and offline alike.</summary>
public static class Evaluator
{
    private static readonly Dictionary<string, MetricValue> s_none = [];

    /// <param name="window">The window's name.</param>
    /// <param name="range">The newest window: drift.</param>
    /// <param name="performanceRange">The newest window whose labels are due: realised performance.</param>
    /// <param name="looks">Evaluations per window length.</param>
    /// <exception cref="StateForgottenException">Not all of <paramref name="range"/> is kept any more.</exception>
    public static async ValueTask<Evaluation> EvaluateAsync(
        IStateReader reader, MonitoredModel model, string window, TimeRange range, TimeRange performanceRange, int looks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var drift = await WindowReader.ReadAsync(reader, model.Series, range, Empty(model), cancellationToken).ConfigureAwait(false);
        var floors = await LevelFloors.ReadAsync(reader, model.Name, cancellationToken).ConfigureAwait(false);
        // A label delay that was made longer asks for panes that are forgotten: drift need not wait until there are such panes again.
        var matured = performanceRange == range ? drift
            : !floors.Cover(performanceRange) ? Empty(model)
            : await WindowReader.ReadAsync(reader, model.Series, performanceRange, Empty(model), cancellationToken).ConfigureAwait(false);
        var unknown = await UnknownVersionsAsync(reader, model, range, cancellationToken).ConfigureAwait(false);
        var evaluation = Compute(model, model.Baseline, "", window, range, drift, performanceRange, matured);
        return await JudgeAsync(reader, model, model.Series, model.Baseline, evaluation, matured, floors, looks, unknown, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="EvaluateAsync"/>, each slice that has rows, against the same slice of the reference; one is held at a time.</summary>
    public static async IAsyncEnumerable<Evaluation> EvaluateSegmentsAsync(
        IStateReader reader, MonitoredModel model, string window, TimeRange range, TimeRange performanceRange, int looks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(model);
        if (model.SliceShape is not { } shape) yield break;
        var keys = model.Baseline.Shape.Segments.Keys.ToArray();
        var floors = await LevelFloors.ReadAsync(reader, model.Name, cancellationToken).ConfigureAwait(false);
        foreach (var key in keys)
        {
            var series = model.Series with { Segment = key };
            var drift = await WindowReader.ReadAsync(reader, series, range, PaneState.Empty(model.Baseline.Hash, shape), cancellationToken).ConfigureAwait(false);
            var matured = performanceRange == range ? drift : PaneState.Empty(model.Baseline.Hash, shape);
            if (performanceRange != range && floors.Cover(performanceRange))
                matured = await WindowReader.ReadAsync(reader, series, performanceRange, matured, cancellationToken).ConfigureAwait(false);
            if (drift.Rows == 0 && matured.Rows == 0) continue;
            var baseline = model.Baseline.OfSegment(key);
            var evaluation = Compute(model, baseline, key, window, range, drift, performanceRange, matured);
            // Many slices are many looks: chance gets one at each.
            yield return await JudgeAsync(reader, model, series, baseline, evaluation, matured, floors, looks * keys.Length, [], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What the values mean: with the errors of sub-periods where a decision can hang on them.</summary>
    private static async ValueTask<Evaluation> JudgeAsync(
        IStateReader reader, MonitoredModel model, SeriesKey series, Baseline baseline, Evaluation evaluation, PaneState matured, LevelFloors floors, int looks, IReadOnlyList<Finding> unknown, CancellationToken cancellationToken)
    {
        var options = OptionsOf(model, looks);
        if (SubPeriods.Matter(evaluation, options))
        {
            var blocks = await BlockReader.ErrorsAsync(reader, series, baseline, evaluation.PerformanceRange, matured, floors, cancellationToken).ConfigureAwait(false);
            evaluation = SubPeriods.Apply(evaluation, blocks, performance => GapsOf(baseline, performance));
        }

        return CalibrationLoss.Withhold(evaluation with { Findings = [.. Findings.Of(evaluation, baseline, options), .. unknown] });
    }

    private static PaneState Empty(MonitoredModel model) => PaneState.Empty(model.Baseline.Hash, model.Baseline.Shape);

    private static IReadOnlyList<GeneralizationGap> GapsOf(Baseline baseline, IReadOnlyDictionary<string, MetricValue> performance) =>
        Gaps.Of(baseline.Train.Performance, baseline.Holdout?.Performance, performance);

    /// <summary>All values; what they mean is judged afterwards.</summary>
    private static Evaluation Compute(
        MonitoredModel model, Baseline baseline, string segment, string window, TimeRange range, PaneState drift, TimeRange performanceRange, PaneState matured)
    {
        var performance = Performance.Of(matured, baseline.Shape);
        var values = Drift.Of(drift, baseline);
        if (!ReferenceEquals(drift, matured)) values = values.WithLabelOf(Drift.Of(matured, baseline));
        return new Evaluation
        {
            Model = model.Name,
            Version = baseline.Version,
            Task = baseline.Shape.Task,
            Window = window,
            Segment = segment,
            Range = range,
            Rows = drift.Rows,
            Labelled = drift.LabelledRows,
            Unscored = drift.Unscored,
            Compared = drift.Compared,
            Differing = drift.Differing,
            ScoreMinimum = drift.Score is { Finite: > 0 } low ? low.Minimum : null,
            ScoreMaximum = drift.Score is { Finite: > 0 } high ? high.Maximum : null,
            RowsWithExtraColumns = drift.RowsWithExtraColumns,
            RowsWithMissingColumns = drift.RowsWithMissingColumns,
            PerformanceRange = performanceRange,
            PerformanceRows = matured.Rows,
            PerformanceLabelled = matured.LabelledRows,
            SampledRows = model.Options.JoinSample is > 0 and < 1 ? (long)Math.Round(matured.Rows * model.Options.JoinSample) : null,
            LabelledPositives = matured.Outcomes is BinaryOutcomes outcomes ? outcomes.PositiveRows : 0,
            LabelledRarestClass = matured.Outcomes is MulticlassOutcomes classes ? classes.ClassRows().Min() : 0,
            Performance = performance,
            // Scores are calibrated over all rows, not within each slice.
            Estimated = segment.Length > 0 ? s_none : EstimatedPerformance.Of(drift, baseline),
            EstimatedErrors = segment.Length > 0 ? s_none : EstimateErrors.Of(matured.Outcomes, baseline, performance),
            Drift = values,
            Importance = baseline.Importance,
            Gaps = GapsOf(baseline, performance),
        };
    }

    /// <summary>What findings judge by, from the model's options.</summary>
    public static FindingOptions OptionsOf(MonitoredModel model, int looks)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new FindingOptions
        {
            PrimaryMetric = PrimaryMetric.Of(model.Options.Task, model.Options.Targets),
            Targets = new Dictionary<string, double>(model.Options.Targets),
            Features = Math.Max(model.Baseline.Shape.Features.Count, 1),
            LooksPerWindow = looks,
        };
    }

    private static async ValueTask<IReadOnlyList<Finding>> UnknownVersionsAsync(IStateReader reader, MonitoredModel model, TimeRange range, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var series in await reader.ReadSeriesAsync(model.Name, cancellationToken).ConfigureAwait(false))
        {
            if (series.BaselineHash.Length > 0) continue;
            var state = await WindowReader.ReadAsync(reader, series, range, PaneState.Empty("", null), cancellationToken).ConfigureAwait(false);
            if (state.Rows == 0) continue;
            findings.Add(new Finding(FindingKind.UnknownVersion, null, "", state.Rows, null, $"{state.Rows} rows say that version '{series.Version}' served them, which is not known here and has no baseline."));
        }

        return findings;
    }
}
