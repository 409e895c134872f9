using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Intake;

/// <summary>A feature column as the sketches count it, one entry per row.</summary>
public abstract record FeatureColumn;

/// <summary>Categories by code into <paramref name="Names"/>; −1 = null. Names are unique within a column.</summary>
public sealed record CategoryColumn(ReadOnlyMemory<int> Codes, IReadOnlyList<string> Names) : FeatureColumn
{
    private CategoryShape? _shape;
    private int[] _bins = [];

    /// <summary>The bin of each code, looked up once for all panes that the rows fall into.</summary>
    internal ReadOnlySpan<int> BinsOf(CategoryShape shape)
    {
        if (!ReferenceEquals(shape, _shape)) (_bins, _shape) = (shape.BinsOf(Names), shape);
        return _bins;
    }
}

/// <summary>How a watched column is counted.</summary>
public enum FeatureKind
{
    Numeric,
    Categorical,
}

/// <summary>What the decoder looks for in a predictions stream.</summary>
/// <param name="Columns">Names of the columns that are not features.</param>
/// <param name="Features">Watched columns in the baseline's order. Empty: no baseline yet, decode no features.</param>
/// <param name="LabelPositive">For binary models the positive class: labels become 1 or 0. Null: labels are numbers.</param>
public sealed record IntakeSchema(ColumnNames Columns, IReadOnlyList<IntakeFeature> Features, LabelValue? LabelPositive)
{
    /// <summary>A multiclass model's classes: labels become their places, and logged scores are one probability for each. Null: no multiclass model.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Columns that are there on purpose but not watched: never reported as extra.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Columns that rows are sliced by, watched or not.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];
}

/// <summary>A watched column and how it is counted.</summary>
public readonly record struct IntakeFeature(string Name, FeatureKind Kind);

/// <summary>One record batch of predictions, decoded: what folding and joining need. Times are microseconds of UTC since 1970.</summary>
public sealed record DecodedBatch
{
    public required int Rows { get; init; }

    /// <summary>One per watched column; null where the batch has no such column (every row counts as missing).</summary>
    public required IReadOnlyList<FeatureColumn?> Features { get; init; }

    /// <summary>128-bit hashes of the ids; null where the batch has no id column. Zero where a row's id is null.</summary>
    public UInt128[]? Ids { get; init; }

    /// <summary>Event times; null where the batch has no time column. <see cref="long.MinValue"/> where a row's time is null.</summary>
    public long[]? Times { get; init; }

    /// <summary>Logged scores, NaN where null; null without such a column.</summary>
    public double[]? LoggedScores { get; init; }

    /// <summary>Multiclass: the probabilities of each row, row by row, logged or computed; empty where there are none.</summary>
    public double[] Probabilities { get; internal set; } = [];

    /// <summary>How far each row's logged score lies from the computed one (multiclass: the probability that differs most), NaN where one of the two is not there; null where nothing was computed or logged.</summary>
    public double[]? ScoreDifferences { get; internal set; }

    /// <summary>Why the first row that the model cannot score has no score; null where it can score all.</summary>
    public Scoring.UnscoredRow? FirstUnscored { get; internal set; }

    /// <summary>Why the model cannot score the batch as a whole; null where it can.</summary>
    public string? NotScored { get; internal set; }

    /// <summary>The scores of a declared ensemble's members, row by row; empty where there are none.</summary>
    public double[] Ensemble { get; internal set; } = [];

    /// <summary>Labels known already: for multiclass the class's place, −1 where unknown; NaN where null; null without such a column.</summary>
    public double[]? Labels { get; init; }

    /// <summary>When each label became known; null without such a column, <see cref="long.MinValue"/> where null.</summary>
    public long[]? LabelTimes { get; init; }

    /// <summary>The version that served each row, null where the row does not say; null without such a column.</summary>
    public string?[]? Versions { get; init; }

    /// <summary>Columns that the baseline does not know, in the batch's order; empty while there is no baseline.</summary>
    public IReadOnlyList<string> ExtraColumns { get; init; } = [];

    /// <summary>Watched columns that the batch does not have.</summary>
    public IReadOnlyList<string> MissingColumns { get; init; } = [];

    /// <summary>The values of each column that rows are sliced by; null where the batch has no such column.</summary>
    public IReadOnlyList<CategoryColumn?> Segments { get; init; } = [];

    /// <summary>The batch itself, for the scorer.</summary>
    public required RecordBatch Arrow { get; init; }

    /// <summary>The members' scores of a row; empty where there are none.</summary>
    public ReadOnlySpan<double> EnsembleOf(int row) =>
        Ensemble.Length == 0 ? default : Ensemble.AsSpan(row * (Ensemble.Length / Rows), Ensemble.Length / Rows);

    /// <summary>A row's probabilities; empty where there are none.</summary>
    public ReadOnlySpan<double> ProbabilitiesOf(int row) =>
        Probabilities.Length == 0 ? default : Probabilities.AsSpan(row * (Probabilities.Length / Rows), Probabilities.Length / Rows);
}

/// <summary>One record batch of ground truth, decoded.</summary>
public sealed record DecodedLabels
{
    public required int Rows { get; init; }

    /// <summary>128-bit hashes of the ids; zero where null.</summary>
    public required UInt128[] Ids { get; init; }

    /// <summary>NaN where null.</summary>
    public required double[] Labels { get; init; }

    /// <summary>When each label became known; null without such a column, <see cref="long.MinValue"/> where null.</summary>
    public long[]? LabelTimes { get; init; }
}

/// <summary>The data cannot be read or do not fit. The message names the place: batch, column, expected and found.</summary>
/// <param name="malformed">True: not valid Arrow at all (HTTP 400). False: valid, but of the wrong shape or type (HTTP 422).</param>
public sealed class IntakeException(string message, bool malformed, Exception? inner = null) : Exception(message, inner)
{
    public bool Malformed { get; } = malformed;
}
