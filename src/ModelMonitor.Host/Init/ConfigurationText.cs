using System.Globalization;
using System.Text.RegularExpressions;
using ModelMonitor.Core;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Host.Init;

/// <summary>Where things lie, as the file will write it.</summary>
/// <param name="Onnx">Relative to the file, as the others.</param>
/// <param name="From">What the guesses rest on, for the first line.</param>
internal sealed record ConfigurationFiles(string Name, string Onnx, string Train, string? Holdout, string From);

/// <summary>Writes a guess as `monitor.yaml`, with a comment for each guess and a line `# TODO` for what is left. Pure.</summary>
internal static partial class ConfigurationText
{
    private const double Waiting = 1.5;

    public static string Of(ConfigurationGuess guess, ConfigurationFiles files, LabelDelay? delay)
    {
        var (task, roles) = (guess.Task, guess.Roles);
        List<string> lines =
        [
            $"# Written by `modelmonitor init` from {files.From}. A comment behind a line says what the guess rests on.",
            "models:",
            $"  {files.Name}:",
            Line(4, "version", "\"1\"", "name it as your releases are named: state is kept by version"),
            .. Told(4, "task", task.Task.Value is { } kind ? kind.ToString().ToLowerInvariant() : null, task.Task.Note, task.Task.Left),
            $"    onnx: {Scalar(files.Onnx)}",
            .. Inputs(guess.Inputs),
            .. Score(task),
        ];
        if (task.Task.Value == TaskKind.Binary) lines.Add("    # threshold: 0.5   # score ≥ threshold predicts positive: precision, recall, F1 and accuracy rest on it");
        lines.AddRange(Told(4, "label_positive", task.LabelPositive));
        lines.Add("    columns:");
        lines.AddRange(Told(6, "id", roles.Id, "null"));
        lines.AddRange(Told(6, "time", roles.Time, "null"));
        lines.AddRange(Told(6, "label", roles.Label, "null"));
        lines.AddRange(Told(6, "label_time", roles.LabelTime));
        lines.AddRange(Told(6, "score", roles.Score));
        lines.AddRange(Told(6, "version", roles.Version));
        if (guess.Categorical.Count > 0)
            lines.Add(Line(4, "categorical", List(guess.Categorical.Select(c => c.Name)), $"whole numbers of few values, taken for codes: {string.Join(", ", guess.Categorical.Select(c => $"{c.Name} has {c.Distinct}"))}"));
        if (guess.Ignore.Count > 0)
            lines.Add(Line(4, "ignore", List(guess.Ignore.Select(c => c.Name)), "not watched: times move on and keys never repeat, which is no drift"));
        if (guess.Watched.Count > 0)
            lines.Add(Comment(4, $"Watched for drift though no input takes it: {string.Join(", ", guess.Watched)}. What should not be belongs under ignore."));
        lines.AddRange(Reference(files));
        lines.Add($"    # targets: {{ {(task.Task.Value switch { TaskKind.Regression => "r2", TaskKind.Multiclass => "f1_macro", _ => "roc_auc" })}: 0.7 }}   # what the model must reach; the first is its primary metric");
        lines.AddRange(Delay(delay));
        if (guess.Windows is { } windows) lines.Add(Todo(0, windows));
        return string.Join('\n', lines) + "\n";
    }

    private static IEnumerable<string> Inputs(IReadOnlyList<InputGuess> inputs)
    {
        yield return "    inputs:   # ONNX input: the columns that fill it; the one of the same name, unless a comment says otherwise";
        foreach (var input in inputs)
        {
            if (input.Left is { } left) yield return Todo(6, left);
            else if (input.Note.Length > 0) yield return Comment(6, input.Note);
            if (input.Columns.Count > 0) yield return $"      {Scalar(input.Input)}: {(input.Columns is [var one] ? Scalar(one) : List(input.Columns))}";
        }
    }

    private static IEnumerable<string> Score(TaskGuess task)
    {
        foreach (var left in new[] { task.Output.Left, task.Positive.Left, task.Classes.Left }.OfType<Left>()) yield return Todo(4, left);
        if (task.Output.Value is null) yield break;
        yield return "    score:";
        yield return Line(6, "output", Scalar(task.Output.Value), task.Output.Note);
        if (task.Positive.Value is { } positive) yield return Line(6, "positive", Scalar(positive), task.Positive.Note);
        if (task.Classes.Value is { } classes) yield return Line(6, "classes", List(classes), task.Classes.Note);
        if (task.Activation.Value is { } activation) yield return Line(6, "activation", activation, task.Activation.Note);
    }

    private static IEnumerable<string> Reference(ConfigurationFiles files)
    {
        yield return "    reference:";
        yield return $"      train: {Scalar(files.Train)}";
        if (files.Holdout is not null) yield return $"      holdout: {Scalar(files.Holdout)}";
        else yield return Comment(6, "holdout: rows that the model never saw. Without them training rows are the reference: overfitting cannot be found, scores are calibrated on rows the model knows, and decay is measured against a value that flatters");
    }

    private static IEnumerable<string> Delay(LabelDelay? delay)
    {
        if (delay is null)
        {
            yield return "    # TODO label_delay: how long labels take. With 0 a window counts as complete at once, and is judged by the labels that came first";
            yield return "    label_delay: 0";
            yield break;
        }

        var rounded = delay.Rounded;
        yield return Line(4, "label_delay", ValueText.Of(rounded), string.Create(CultureInfo.InvariantCulture, $"99 % of {delay.Labels:N0} labels came within {Told(delay.Share)}"));
        var defaults = new RetentionOptions();
        List<string> retention = [];
        if (rounded + TimeSpan.FromDays(1) > defaults.Panes) retention.Add($"panes: {Days(rounded + TimeSpan.FromDays(30))}");
        if (rounded * Waiting > defaults.WaitingPredictions) retention.Add($"waiting_predictions: {Days(rounded * Waiting)}");
        if (retention.Count > 0) yield return $"retention: {{ {string.Join(", ", retention)} }}   # predictions wait longer than the labels take";
    }

    private static string Told(TimeSpan span) => span.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} minutes")
        : span.TotalDays < 2 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} hours")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#} days");

    private static string Days(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(span.TotalDays)}d");

    private static IEnumerable<string> Told(int indent, string key, Guess<string> guess, string? absent = null) => Told(indent, key, guess.Value is null ? absent : Scalar(guess.Value), guess.Note, guess.Left);

    private static IEnumerable<string> Told(int indent, string key, string? value, string note, Left? left)
    {
        if (left is not null) yield return Todo(indent, left);
        else if (value is null && note.Length > 0) yield return Comment(indent, $"TODO {key}: {note}");
        if (value is not null) yield return Line(indent, key, value, note);
    }

    private static string Line(int indent, string key, string value, string note) => $"{new string(' ', indent)}{key}: {value}{(note.Length == 0 ? "" : $"   # {OneLine(note)}")}";

    private static string Comment(int indent, string text) => $"{new string(' ', indent)}# {OneLine(text)}";

    private static string Todo(int indent, Left left) => Comment(indent, $"TODO {left}");

    private static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Scalar))}]";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    /// <summary>Plain where YAML reads it back as this text; else in quotes.</summary>
    internal static string Scalar(string text) => Plain().IsMatch(text) && !Reserved().IsMatch(text)
        ? text
        : $"\"{string.Concat(text.Select(c => c is '"' or '\\' ? $"\\{c}" : char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}") : c.ToString()))}\"";

    [GeneratedRegex(@"^([A-Za-z_./][A-Za-z0-9_./-]*|-?[0-9]{1,15})\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(null|yes|no|on|off|y|n|\.|\.\.?(inf|nan).*)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();
}
