namespace ModelMonitor.Core.Diagnosis;

/// <summary>How a model is doing, in one word, the worst last.</summary>
public enum ModelCondition
{
    /// <summary>It learns its baseline: nothing is judged yet.</summary>
    Learning,

    /// <summary>No window was evaluated yet.</summary>
    NoData,

    /// <summary>Nothing was found.</summary>
    Calm,

    /// <summary>Something is suspected, not confirmed.</summary>
    Suspected,

    /// <summary>Something was found; no rule asks for anything.</summary>
    Found,

    /// <summary>A rule fires.</summary>
    Firing,
}

public static class ModelConditions
{
    /// <param name="evaluated">Whether any window was.</param>
    /// <param name="firing">Rules that fire.</param>
    /// <param name="findings">Of the newest evaluation of every window.</param>
    public static ModelCondition Of(bool learning, bool evaluated, int firing, IReadOnlyCollection<Evaluations.Finding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        return learning ? ModelCondition.Learning
            : firing > 0 ? ModelCondition.Firing
            : !evaluated ? ModelCondition.NoData
            : findings.Any(f => f.Confirmed) ? ModelCondition.Found
            : findings.Count > 0 ? ModelCondition.Suspected
            : ModelCondition.Calm;
    }
}
