using ModelMonitor.Core;

namespace ModelMonitor.Host.Init;

/// <summary>One guess and why.</summary>
/// <param name="Value">Null: it could not be guessed.</param>
/// <param name="Note">Why it is this, or what a person has to settle; empty where there is nothing to say.</param>
/// <param name="Left">Why it was not guessed, where somebody must or should do it; null: nothing is left to do.</param>
internal sealed record Guess<T>(T? Value, string Note, Left? Left = null);

/// <summary>What is left to a person.</summary>
/// <param name="What">The place in the file.</param>
/// <param name="Required">The file cannot work without it.</param>
internal sealed record Left(string What, string Why, bool Required)
{
    public override string ToString() => $"{What}: {Why}";
}

/// <summary>The columns that fill an input, in order; none: that could not be guessed.</summary>
internal sealed record InputGuess(string Input, IReadOnlyList<string> Columns, string Note, Left? Left = null);

/// <summary>What each column that is no feature is.</summary>
internal sealed record RoleGuess(Guess<string> Id, Guess<string> Time, Guess<string> Label, Guess<string> LabelTime, Guess<string> Score, Guess<string> Version)
{
    public IEnumerable<string> All => new[] { Id, Time, Label, LabelTime, Score, Version }.Select(role => role.Value).OfType<string>();
}

/// <summary>What is predicted, and where it comes out.</summary>
/// <param name="Positive">Null for other tasks than binary.</param>
/// <param name="LabelPositive">Where the label writes the positive class otherwise than the model.</param>
/// <param name="Classes">Of a multiclass model whose file does not say them.</param>
/// <param name="Activation">`sigmoid` or `softmax`; null: the output is a score already.</param>
internal sealed record TaskGuess(
    Guess<TaskKind?> Task, Guess<string> Output, Guess<string> Positive, Guess<string> LabelPositive, Guess<IReadOnlyList<string>> Classes, Guess<string> Activation);

/// <summary>A first configuration.</summary>
/// <param name="Categorical">Whole-number columns that look like categories.</param>
/// <param name="Ignore">Columns whose drift means nothing.</param>
/// <param name="Watched">Columns that no input takes and that are watched all the same.</param>
/// <param name="Windows">Where production is too sparse for the default windows; null: it is not, or nobody knows.</param>
internal sealed record ConfigurationGuess(
    RoleGuess Roles, TaskGuess Task, IReadOnlyList<InputGuess> Inputs, IReadOnlyList<ColumnFacts> Categorical, IReadOnlyList<ColumnFacts> Ignore, IReadOnlyList<string> Watched, Left? Windows)
{
    /// <summary>What is left to a person, in the order of the file.</summary>
    public IEnumerable<Left> Left => new[] { Task.Task.Left, Task.Output.Left, Task.Positive.Left, Task.Classes.Left, Task.LabelPositive.Left }
        .Concat(Inputs.Select(input => input.Left)).Concat([Roles.Id.Left, Roles.Time.Left, Roles.Label.Left, Windows]).OfType<Left>();
}
