namespace ModelMonitor.Core;

/// <summary>What a model predicts, and so which performance metrics apply to it.</summary>
public enum TaskKind
{
    /// <summary>A probability or score of one positive class.</summary>
    Binary,

    /// <summary>One class out of several.</summary>
    Multiclass,

    /// <summary>A number.</summary>
    Regression,
}
