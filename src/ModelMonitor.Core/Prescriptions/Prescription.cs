namespace ModelMonitor.Core.Prescriptions;

/// <summary>What shall be done about a diagnosis.</summary>
public static class PrescriptionDecision
{
    /// <summary>Fit another version, as the prescription says.</summary>
    public const string Retrain = "retrain";

    /// <summary>Nothing yet.</summary>
    public const string Watch = "watch";

    /// <summary>Nothing by machine: a person has to look.</summary>
    public const string Stop = "stop";

    public const string None = "none";
}

/// <summary>Which rows the next version is fitted on.</summary>
public static class TrainingRows
{
    /// <summary>Those of the version before.</summary>
    public const string Training = "training";

    public const string TrainingAndRecent = "training_and_recent";

    /// <summary>Recent labelled production alone: what came before no longer holds.</summary>
    public const string Recent = "recent";
}

/// <summary>How many parameters the next version has, against the one before.</summary>
public static class ModelCapacity
{
    public const string Smaller = "smaller";
    public const string Same = "same";
    public const string Larger = "larger";
}

/// <summary>Values to search, both ends included; 0 to 0 switches off.</summary>
public readonly record struct SearchRange(double From, double To)
{
    public static SearchRange Off => new(0, 0);
}

/// <summary>How the next version is kept from learning by heart.</summary>
/// <param name="L2">λ₂ of J = (1/m) Σ L + (λ₂/2m)‖w‖² + (λ₁/m)‖w‖₁, weights only: the scale does not depend on the number of rows.</param>
/// <param name="L1">λ₁ of the same.</param>
/// <param name="Dropout">Share of hidden units left out at a step.</param>
public sealed record Regularization(SearchRange L2, SearchRange L1, SearchRange Dropout, bool EarlyStopping);

/// <summary>A step, and why.</summary>
/// <param name="Kind">What it changes: `regularization`, `capacity`, `features`, `rows`, `labels`, `training`, `optimizer`, `architecture`.</param>
public sealed record Remedy(string Kind, string Text);

/// <summary>What the next version shall be fitted with. Whoever trains may follow it in part; the remedies stand in the order in which they promise most.</summary>
/// <param name="Decision">One of <see cref="PrescriptionDecision"/>.</param>
public sealed partial record Prescription(string Decision)
{
    /// <summary>In this order.</summary>
    public IReadOnlyList<Remedy> Remedies { get; init; } = [];

    /// <summary>Null where nothing is to be trained.</summary>
    public Regularization? Regularization { get; init; }

    /// <summary>One of <see cref="ModelCapacity"/>.</summary>
    public string Capacity { get; init; } = ModelCapacity.Same;

    /// <summary>One of <see cref="TrainingRows"/>.</summary>
    public string Rows { get; init; } = TrainingRows.Training;

    /// <summary>Inputs to leave out.</summary>
    public IReadOnlyList<string> DropFeatures { get; init; } = [];

    /// <summary>Null: as before.</summary>
    public string? Optimizer { get; init; }

    /// <summary>Passes over the data, against those of the version before.</summary>
    public double EpochsFactor { get; init; } = 1;

    /// <summary>Whether rows of the highest loss are to be looked at for wrong labels first.</summary>
    public bool CleanLabels { get; init; }
}
