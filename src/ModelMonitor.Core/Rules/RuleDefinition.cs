namespace ModelMonitor.Core.Rules;

/// <summary>One rule of the configuration: a metric beyond a limit, or a finding, for some windows, and what to do then.</summary>
public sealed record RuleDefinition
{
    public required string Name { get; init; }

    /// <summary>A metric key such as `roc_auc`, `score_psi` or, with <see cref="Feature"/>, `psi`. Null where <see cref="Finding"/> is given.</summary>
    public string? Metric { get; init; }

    /// <summary>A kind of finding such as `decay`. Null where <see cref="Metric"/> is given.</summary>
    public string? Finding { get; init; }

    /// <summary>A feature's name, `inputs` (what the model uses) or `*` (every watched column); for drift metrics of features.</summary>
    public string? Feature { get; init; }

    /// <summary>Features left out of <see cref="Feature"/>.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>Which slices: `column=value`, `column=*`, or `*` for all; null: the whole, and no slice.</summary>
    public string? Segment { get; init; }

    public double? Above { get; init; }

    public double? Below { get; init; }

    /// <summary>
    /// Instead of <see cref="Above"/> and <see cref="Below"/>: so many standard deviations from the mean of the reference's chunks of the
    /// window's length, to the worse side of a metric that has one.
    /// </summary>
    public double? Beyond { get; init; }

    /// <summary>For findings that compare: the relative drop that counts, for example 0.05.</summary>
    public double? Drop { get; init; }

    /// <summary>The window's name; null: the shortest one, and for `overfitting` none is needed.</summary>
    public string? Window { get; init; }

    /// <summary>Windows in breach, their ends at least one window size apart, before the rule fires.</summary>
    public int For { get; init; } = 1;

    /// <summary>Rows (labelled rows for performance) below which the rule says nothing.</summary>
    public long MinRows { get; init; }

    /// <summary>Share of the window's rows with a label below which performance is `labels_immature`.</summary>
    public double MinLabelShare { get; init; } = 0.8;

    /// <summary>Names of actions.</summary>
    public IReadOnlyList<string> Then { get; init; } = [];

    /// <summary>Whether the rule judges the whole (empty) or a slice.</summary>
    public bool Judges(string segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return Segment switch
        {
            null => segment.Length == 0,
            "*" => segment.Length > 0,
            _ when Segment.EndsWith("=*", StringComparison.Ordinal) => segment.StartsWith(Segment[..^1], StringComparison.Ordinal),
            _ => segment == Segment,
        };
    }

    /// <summary>Under which its state is kept: each slice has its own.</summary>
    public string StateKey(string segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return segment.Length == 0 ? Name : $"{Name}@{segment}";
    }
}
