using ModelMonitor.Core;

namespace ModelMonitor.Engine.Options;

/// <summary>One monitored model as `monitor.yaml` describes it. Paths are absolute: resolved against the file's folder.</summary>
public sealed record ModelOptions
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public required TaskKind Task { get; init; }

    /// <summary>The ONNX file; null where the data carry their own scores.</summary>
    public string? Onnx { get; init; }

    /// <summary>ONNX files of models fitted on resamples of the training data, with the inputs and outputs of the model; none: no ensemble.</summary>
    public IReadOnlyList<string> Ensemble { get; init; } = [];

    /// <summary>Devices to try, in this order.</summary>
    public IReadOnlyList<DeviceOptions> Device { get; init; } = [new("cpu")];

    /// <summary>ONNX input → the columns that fill it, in order.</summary>
    public IReadOnlyList<ModelInput> Inputs { get; init; } = [];

    /// <summary>The output that carries the score; null: the only one there is.</summary>
    public string? ScoreOutput { get; init; }

    /// <summary>What turns the output into scores: some models put out logits.</summary>
    public ScoreActivation ScoreActivation { get; init; }

    /// <summary>A multiclass model's classes in the order of its probabilities; null: the ONNX file says.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Which class of the output is the positive one; null for regression.</summary>
    public LabelValue? ScorePositive { get; init; }

    /// <summary>A score at or above it predicts positive.</summary>
    public double Threshold { get; init; } = 0.5;

    public ColumnNames Columns { get; init; } = new();

    /// <summary>Which label value is positive; null for regression.</summary>
    public LabelValue? LabelPositive { get; init; }

    /// <summary>Integer columns to be treated as categories.</summary>
    public IReadOnlyList<string> Categorical { get; init; } = [];

    /// <summary>How many categories a column keeps; the rest is `other`.</summary>
    public int Categories { get; init; } = 100;

    /// <summary>Columns not to watch.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    public SegmentOptions Segments { get; init; } = new();

    public ReferenceFiles? Reference { get; init; }

    /// <summary>Without reference files: the baseline is learned from this much production, by event time.</summary>
    public TimeSpan? LearnFrom { get; init; }

    /// <summary>Where `baseline.json` lies or will lie.</summary>
    public required string Baseline { get; init; }

    /// <summary>Metric → value that the model must reach, in the order of the file; the first is the primary metric.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Targets { get; init; } = [];

    /// <summary>Labels count as complete this long after the prediction.</summary>
    public TimeSpan LabelDelay { get; init; }

    /// <summary>Share of predictions that wait for their label, chosen by hash of the id: 1 = all, 0 = none.</summary>
    public double JoinSample { get; init; } = 1;

    /// <summary>Recent rows that are kept for training and for judging challengers; null: none.</summary>
    public CaptureOptions? Capture { get; init; }

    /// <summary>What a version must show before it serves, and who lets it.</summary>
    public PromotionOptions Promotion { get; init; } = new();

    /// <summary>Lengths of the windows that will be evaluated: a new baseline keeps the reference's noise over chunks of these.</summary>
    public IReadOnlyList<TimeSpan> Windows { get; init; } = [];

    /// <summary>Versions that score the same rows beside this one.</summary>
    public IReadOnlyList<ModelOptions> Challengers { get; init; } = [];

    /// <summary>Whether a version that should not serve is refused; otherwise it is only warned about.</summary>
    public bool GateRefuses { get; init; }
}

/// <summary>Slices, each evaluated like the whole, against the same slice of the reference.</summary>
public sealed record SegmentOptions
{
    /// <summary>Columns to slice by.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>How many values of a column have a slice of their own; the rest is one slice `other`.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Watched columns whose drift is kept for every slice too.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];
}

/// <summary>Which rows of production are kept, and what of them.</summary>
public sealed record CaptureOptions
{
    /// <summary>At most so many a day of event time; beyond it a sample by hash of the id.</summary>
    public int RowsPerDay { get; init; } = 1000;

    /// <summary>Share of the rows, by hash of the id.</summary>
    public double Sample { get; init; } = 1;

    /// <summary>Columns that are not kept.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Columns of which a salted hash is kept.</summary>
    public IReadOnlyList<string> Hash { get; init; } = [];

    /// <summary>Rows of one value of it stay on the same side of a split; null: each row is its own.</summary>
    public string? Entity { get; init; }

    /// <summary>Share of the entities whose rows judge challengers, and never train one.</summary>
    public double Validate { get; init; } = 0.3;
}

/// <summary>What a challenger must show before it serves, and who lets it.</summary>
public sealed record PromotionOptions
{
    /// <summary>Whether one that passed everything serves at once; otherwise a person says so.</summary>
    public bool Automatic { get; init; }

    /// <summary>How much better it must be on the hold-out, in the primary metric's own unit, beyond chance. Below 0: how much worse it may be.</summary>
    public double HoldoutMargin { get; init; }

    /// <summary>As <see cref="HoldoutMargin"/>, on captured rows of production.</summary>
    public double ProductionMargin { get; init; }

    /// <summary>Labelled rows held back for validation, at least so many, that it is judged by once; and the rows of the first look after a promotion.</summary>
    public int ValidateRows { get; init; } = 300;

    /// <summary>How long it scores beside the version that serves, at least.</summary>
    public TimeSpan Shadow { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many rows it scores there, at least.</summary>
    public int ShadowRows { get; init; } = 1000;

    /// <summary>How long after its promotion the version before it stands by; its labels are waited for.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The window whose production becomes the drift reference of a version that passed its watch; null: its reference stays what the configuration names.</summary>
    public string? Accept { get; init; }
}

/// <summary>One ONNX input and the columns that fill it, in order; or one value that it gets for every row.</summary>
/// <param name="Columns">Empty where the input has a <see cref="Value"/>.</param>
public sealed record ModelInput(string Name, IReadOnlyList<string> Columns)
{
    /// <summary>What every row gives the input, as text; null: its columns say.</summary>
    public string? Value { get; init; }

    /// <summary>Stands in for a null in any of the columns, as text; null: NaN where the input's type has one, else the row is not scored.</summary>
    public string? Default { get; init; }

    /// <summary>As <see cref="Default"/>, by column; these come first.</summary>
    public IReadOnlyDictionary<string, string> Defaults { get; init; } = new Dictionary<string, string>();
}

/// <summary>A device that a model may be scored on.</summary>
/// <param name="Name">`cpu`, `cuda`, `webgpu` …; of a library, how logs and metrics call it.</param>
public sealed record DeviceOptions(string Name)
{
    /// <summary>A plugin execution provider's library; null: the device comes with ONNX Runtime.</summary>
    public string? Library { get; init; }

    /// <summary>Without it the monitor does not start; otherwise the next device is tried.</summary>
    public bool Required { get; init; }

    /// <summary>The provider's own options, by its own names.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

/// <summary>What turns a model's numbers into scores.</summary>
public enum ScoreActivation
{
    /// <summary>They are scores already.</summary>
    None,

    /// <summary>1 ÷ (1 + e⁻ˣ) of each number.</summary>
    Sigmoid,

    /// <summary>eˣ over the sum of it of a row's numbers.</summary>
    Softmax,
}

/// <summary>The names of the columns that are not features, as the data call them. A null name: the data have no such column.</summary>
public sealed record ColumnNames
{
    public string? Id { get; init; } = "prediction_id";

    public string? Time { get; init; } = "timestamp";

    public string? Label { get; init; } = "label";

    /// <summary>When the label became known.</summary>
    public string? LabelTime { get; init; }

    /// <summary>The score as logged by the serving side.</summary>
    public string? Score { get; init; }

    /// <summary>The version that served the row.</summary>
    public string? Version { get; init; }

    /// <summary>Every name that is given.</summary>
    public IEnumerable<string> All => new[] { Id, Time, Label, LabelTime, Score, Version }.OfType<string>();
}

/// <summary>The reference data. Without a hold-out file the training file is the drift reference.</summary>
public sealed record ReferenceFiles(string Train, string? Holdout);
