using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Evaluations;

/// <summary>A stretch of event time, [Start, End), microseconds of UTC since 1970.</summary>
public readonly record struct TimeRange(long Start, long End)
{
    public long Length => End - Start;
}

/// <summary>All that was computed for one version over one window.</summary>
public sealed record Evaluation
{
    public required string Model { get; init; }

    public required string Version { get; init; }

    public required TaskKind Task { get; init; }

    /// <summary>The window's name; `overall` or a calendar unit where asked for by hand.</summary>
    public required string Window { get; init; }

    /// <summary>`column=value`; empty = all rows.</summary>
    public string Segment { get; init; } = "";

    /// <summary>What drift is computed over: the newest window.</summary>
    public required TimeRange Range { get; init; }

    public required long Rows { get; init; }

    /// <summary>Labelled rows in <see cref="Range"/>.</summary>
    public required long Labelled { get; init; }

    /// <summary>Rows in <see cref="Range"/> without a finite score.</summary>
    public long Unscored { get; init; }

    /// <summary>Rows in <see cref="Range"/> whose score was both logged by the serving side and computed here.</summary>
    public long Compared { get; init; }

    /// <summary>Rows of <see cref="Compared"/> whose two scores are not the same.</summary>
    public long Differing { get; init; }

    /// <summary>Least finite score in <see cref="Range"/>; null where there is none.</summary>
    public double? ScoreMinimum { get; init; }

    /// <summary>Greatest finite score in <see cref="Range"/>; null where there is none.</summary>
    public double? ScoreMaximum { get; init; }

    /// <summary>Rows in <see cref="Range"/> that came with columns the baseline does not know.</summary>
    public long RowsWithExtraColumns { get; init; }

    /// <summary>Rows in <see cref="Range"/> that came without a watched column.</summary>
    public long RowsWithMissingColumns { get; init; }

    /// <summary>What realised performance is computed over: the newest window whose labels are due.</summary>
    public required TimeRange PerformanceRange { get; init; }

    /// <summary>All rows in <see cref="PerformanceRange"/>.</summary>
    public required long PerformanceRows { get; init; }

    /// <summary>Labelled rows in <see cref="PerformanceRange"/>.</summary>
    public required long PerformanceLabelled { get; init; }

    /// <summary>Rows in <see cref="PerformanceRange"/> that wait for a label, where only a sample does: its share of the rows; null: all do.</summary>
    public long? SampledRows { get; init; }

    /// <summary>Rows in <see cref="PerformanceRange"/> that a label is expected of.</summary>
    public long PerformanceExpected => SampledRows ?? PerformanceRows;

    /// <summary>Positive rows among <see cref="PerformanceLabelled"/>; binary models only.</summary>
    public long LabelledPositives { get; init; }

    /// <summary>Rows of the rarest class among <see cref="PerformanceLabelled"/>; multiclass models only.</summary>
    public long LabelledRarestClass { get; init; }

    /// <summary>By metric key, in a fixed order.</summary>
    public required IReadOnlyDictionary<string, MetricValue> Performance { get; init; }

    /// <summary>Estimated without labels over <see cref="Range"/>, by metric key without `estimated_`.</summary>
    public IReadOnlyDictionary<string, MetricValue> Estimated { get; init; } = new Dictionary<string, MetricValue>();

    /// <summary>Estimated minus realised over the labelled rows of <see cref="PerformanceRange"/>, by metric key; empty where either is not there.</summary>
    public IReadOnlyDictionary<string, MetricValue> EstimatedErrors { get; init; } = new Dictionary<string, MetricValue>();

    public required DriftValues Drift { get; init; }

    /// <summary>Of the version's inputs, for whoever must choose among them; null where it is not known.</summary>
    public PermutationImportance? Importance { get; init; }

    /// <summary>Gaps train → hold-out, train → production and hold-out → production.</summary>
    public IReadOnlyList<GeneralizationGap> Gaps { get; init; } = [];

    /// <summary>Where the primary metric is heading, with this and earlier windows; null where too few are matured.</summary>
    public DecayTrend? Decay { get; init; }

    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>The same of each slice that had rows; those of the whole only.</summary>
    public IReadOnlyList<Evaluation> Segments { get; init; } = [];
}

/// <summary>Drift values by key.</summary>
/// <param name="Score">Of the scores; empty where there are none.</param>
/// <param name="Label">Of the label's classes over <see cref="Evaluation.PerformanceRange"/> (early labels differ from late ones); empty where there are no labels or no classes.</param>
/// <param name="Features">Feature → key → value, in the baseline's order.</param>
public sealed record DriftValues(
    IReadOnlyDictionary<string, MetricValue> Score,
    IReadOnlyDictionary<string, MetricValue> Label,
    IReadOnlyList<KeyValuePair<string, IReadOnlyDictionary<string, MetricValue>>> Features)
{
    /// <summary>Key of the score in <see cref="PsiBins"/>.</summary>
    public const string ScoreBinsKey = "";

    /// <summary>Key of the label in <see cref="PsiBins"/>.</summary>
    public const string LabelBinsKey = "label:";

    /// <summary>B of each PSI: the bins that are not empty on both sides. By feature, <see cref="ScoreBinsKey"/>, <see cref="LabelBinsKey"/>.</summary>
    public IReadOnlyDictionary<string, int> PsiBins { get; init; } = new Dictionary<string, int>();

    /// <summary>These values with the label's of another window: the one whose labels are due.</summary>
    public DriftValues WithLabelOf(DriftValues matured)
    {
        ArgumentNullException.ThrowIfNull(matured);
        var bins = new Dictionary<string, int>(PsiBins);
        if (matured.PsiBins.TryGetValue(LabelBinsKey, out var label)) bins[LabelBinsKey] = label;
        return this with { Label = matured.Label, PsiBins = bins };
    }
}

/// <summary>The relative loss of a metric from one data set to another; positive = worse. `from`/`to`: train, holdout, production.</summary>
public sealed record GeneralizationGap(string Metric, string From, string To, MetricValue Value);

/// <summary>Something that is so and should not be.</summary>
/// <param name="Kind">Its kind: overfitting, decay, no_discrimination …</param>
/// <param name="Message">One sentence with the numbers, for people.</param>
public sealed record Finding(string Kind, string? Metric, string Window, double? Value, double? Limit, string Message)
{
    /// <summary>False: suspected only. Findings without grades are confirmed.</summary>
    public bool Confirmed { get; init; } = true;

    /// <summary>The feature it speaks of, if any.</summary>
    public string? Feature { get; init; }
}
