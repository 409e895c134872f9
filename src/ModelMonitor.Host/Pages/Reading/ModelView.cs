using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>A version of a model as its pages and its report show it.</summary>
public sealed record ModelView
{
    /// <summary>The version that is shown.</summary>
    public required MonitoredModel Model { get; init; }

    /// <summary>That of the version, or of the slice.</summary>
    public required Baseline Baseline { get; init; }

    /// <summary>What was asked for, with what was left out filled in.</summary>
    public required PageQuery Query { get; init; }

    /// <summary>False: a report, which stands alone and links to nothing.</summary>
    public bool Live { get; init; } = true;

    /// <summary>The window that is looked at closely; null: none was evaluated yet.</summary>
    public Evaluation? Newest
    {
        get;
        init => (field, Current) = (value, value is null ? Current : TrendPoint.Of(value));
    }

    /// <summary>The same as a point of the trend.</summary>
    public TrendPoint Current { get; private init; } = TrendPoint.None;

    /// <summary>Null where nothing was evaluated yet.</summary>
    public Trend? Trend { get; init; }

    /// <summary>The slices of the same window.</summary>
    public IReadOnlyList<SliceView> Segments { get; init; } = [];

    /// <summary>The sums behind the window's drift; null where they are no longer kept.</summary>
    public PaneState? Drift { get; init; }

    /// <summary>The sums behind its realised performance; null where they are no longer kept.</summary>
    public PaneState? Measured { get; init; }

    /// <summary>Of a regression that captures rows, the newest labelled ones of the window that is measured; empty where none are kept.</summary>
    public IReadOnlyList<LabelledScore> Rows { get; init; } = [];

    /// <summary>Rules that judge what is shown.</summary>
    public IReadOnlyList<RuleDefinition> Rules { get; init; } = [];

    public IReadOnlyList<RuleView> Firing { get; init; } = [];

    /// <summary>Windows that there are, for the choice.</summary>
    public IReadOnlyList<string> Windows { get; init; } = [];

    public string Primary => PrimaryMetric.Of(Model.Options.Task, Model.Options.Targets);

    /// <summary>The primary metric first, then the task's main ones.</summary>
    public IReadOnlyList<string> Metrics => MetricNames.First(Model.Options.Task, Primary);

    /// <summary>What is read over time: of a regression also what its error is made of.</summary>
    public IReadOnlyList<string> Drawn => Model.Options.Task == Core.TaskKind.Regression ? [.. Metrics.Union(["mse", "error_variance", "mean_error"])] : Metrics;

    /// <summary>What the model was on data that it did not learn; on its training data where there is no other.</summary>
    public ReferencePerformance Reference => Baseline.Holdout ?? Baseline.Train;

    public ModelDiagnosis? Diagnosis => Newest is { } newest ? Diagnoses.Of(newest, Baseline, Evaluator.OptionsOf(Model, 1)) : null;

    /// <summary>What a metric is held against: rules, decay, target. A slice has its own rules.</summary>
    public IReadOnlyList<RuleLimit> LimitsOf(string metric) => Query.Segment.Length > 0 ? []
        : RuleLimits.Of(metric, Rules, Model.Options.Targets, Primary, Baseline.Holdout?.Performance.TryGetValue(metric, out var value) == true ? value.Value : null);
}

/// <summary>A slice of the window.</summary>
/// <param name="Matured">Whether its labels suffice to judge it.</param>
public sealed record SliceView(Evaluation Evaluation, bool Matured);

/// <summary>A rule and where it stands.</summary>
/// <param name="State">Null: it never judged anything.</param>
public sealed record RuleView(RuleDefinition? Definition, string Key, RuleState? State)
{
    public bool Firing => State is { Firing: true };
}
