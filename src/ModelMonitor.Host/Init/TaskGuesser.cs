using System.Globalization;
using ModelMonitor.Core;

namespace ModelMonitor.Host.Init;

/// <summary>Tells the task from what comes out of the model and from the label's values. Pure.</summary>
internal static class TaskGuesser
{
    private static readonly string[] s_positive = ["1", "true", "yes", "y", "positive", "pos", "t"];

    /// <summary>Makers of outputs that are no probabilities yet.</summary>
    private static readonly string[] s_linear = ["Gemm", "MatMul", "Add"];

    public static TaskGuess Guess(ModelFacts model, ColumnFacts? label)
    {
        var (name, output) = Output(model);
        var task = Task(output, label);
        var none = new Guess<string>(null, "");
        var guess = new TaskGuess(task, name, none, none, new(null, ""), none);
        if (task.Value is null or TaskKind.Regression || output is null) return guess;
        guess = guess with { Activation = Activation(output, task.Value.Value) };
        if (task.Value == TaskKind.Multiclass) return guess with { Classes = Classes(output, label) };
        var positive = Positive(output, label);
        return guess with { Positive = positive, LabelPositive = LabelPositive(positive.Value, label) };
    }

    private static (Guess<string> Name, OutputFacts? Facts) Output(ModelFacts model)
    {
        var listed = string.Join(", ", model.Outputs.Select(o => o.Name));
        if (model.Outputs is [var only]) return (new(only.Name, only.IsLabel ? "the only output; it is a label, not a score: AUC and calibration say little of it" : "the only output"), only);
        var scores = model.Outputs.Where(o => !o.IsLabel).ToList();
        var likely = scores.Where(o => o.Name.Contains("prob", StringComparison.OrdinalIgnoreCase)).ToList();
        if (scores is [var one]) return (new(one.Name, $"of {listed} the one that holds scores"), one);
        if (likely is [var probable]) return (new(probable.Name, $"of {listed}, by its name"), probable);
        return (new(null, "", new("score.output", $"which output holds the score: {listed}?", Required: true)), null);
    }

    private static Guess<TaskKind?> Task(OutputFacts? output, ColumnFacts? label)
    {
        Guess<TaskKind?> Is(TaskKind task, string because) => new(task, because);
        Guess<TaskKind?> Unknown(string why) => new(null, "", new("task", why, Required: true));
        if (output is null) return Unknown("binary, multiclass or regression? The output that holds the score would tell");
        if (output.Classes.Count > 2) return Is(TaskKind.Multiclass, $"the model is a classifier of {output.Classes.Count} classes");
        if (output.Classes.Count > 0) return Is(TaskKind.Binary, $"the model is a classifier of {string.Join(" and ", output.Classes)}");
        if (output.Width > 2) return Is(TaskKind.Multiclass, $"the model gives {output.Width} numbers a row");
        if (output.Width == 2) return Is(TaskKind.Binary, "the model gives two numbers a row");
        // Without a label the missing label is what there is to say.
        if (label is null) return new(null, "binary, multiclass or regression: the label's values would tell");
        if (label.Values.Count is 1 or 2) return Is(TaskKind.Binary, $"the model gives one number a row, and the label is {string.Join(" or ", label.Values)}");
        if (label.Kind is ColumnKind.Whole or ColumnKind.Number) return Is(TaskKind.Regression, "the model gives one number a row, and the label is a number");
        return Unknown($"the model gives one number a row, and the label '{label.Name}' is neither a number nor one of two values");
    }

    private static Guess<string> Activation(OutputFacts output, TaskKind task)
    {
        if (output.IsLabel || output.Classes.Count > 0 || !s_linear.Contains(output.Maker)) return new(null, "");
        return new(task == TaskKind.Binary && output.Width == 1 ? "sigmoid" : "softmax", $"the output comes from {output.Maker}: logits");
    }

    private static Guess<string> Positive(OutputFacts output, ColumnFacts? label)
    {
        if (output.Classes is { Count: 2 } classes)
        {
            var known = classes.FirstOrDefault(Means);
            return new(known ?? classes[1], known is null ? $"the second of {string.Join(", ", classes)}: turn it round where the other one counts" : $"of {string.Join(", ", classes)}");
        }

        if (output.Width == 2) return new("1", "the second of two columns");
        return label?.Values is { Count: 2 } values && values.FirstOrDefault(Means) is { } of ? new(of, $"of the label's {string.Join(", ", values)}") : new("1", "a higher score means it");
    }

    /// <summary>Null where the label writes it as the model does. The class 1 is true of a column of truth values.</summary>
    private static Guess<string> LabelPositive(string? positive, ColumnFacts? label)
    {
        if (label is null || label.Values.Contains(positive) || (label.Kind == ColumnKind.Truth && positive is "1" or "true")) return new(null, "");
        if (label.Values.FirstOrDefault(Means) is { } known) return new(known, $"how the label writes it, of {string.Join(", ", label.Values)}");
        if (label.Values is [_, var second]) return new(second, $"the second of {string.Join(", ", label.Values)}: turn it round where the other one counts");
        return new(null, "", new("label_positive", $"the label '{label.Name}' never is '{positive}': which of its values is the positive one?", Required: true));
    }

    private static Guess<IReadOnlyList<string>> Classes(OutputFacts output, ColumnFacts? label)
    {
        if (output.Classes.Count > 0) return new(null, "");
        if (label is not null && label.Values.Count == output.Width)
            return new(label.Values, "the label's values in order; the model does not say which of its columns is which: compare with its training");
        return new(null, "", new("score.classes", $"the model does not say which class each of its {output.Width?.ToString(CultureInfo.InvariantCulture) ?? "columns"} is: name them in order", Required: true));
    }

    private static bool Means(string value) => s_positive.Contains(value, StringComparer.OrdinalIgnoreCase);
}
