using System.CommandLine;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Init;
using ModelMonitor.Host.Models;

namespace ModelMonitor.Host.Cli;

/// <summary>`init`: a first configuration from a model and its data.</summary>
internal static class InitCommand
{
    private sealed record Request(string Onnx, string Reference, string? Holdout, string? Production, string? Labels, string? Label, string Output, string? Name, bool Force);

    public static Command Make(Terminal terminal)
    {
        var onnx = new Argument<string>("MODEL.onnx") { Description = "The ONNX file" };
        var reference = new Argument<string>("REFERENCE") { Description = "The training rows with their label: Arrow IPC or Parquet" };
        Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };
        var holdout = File("--holdout", "Rows with their label that the model never saw");
        var production = File("--production", "Rows as they come: tells features from labels, and prints the next commands");
        var labels = File("--labels", "Labels that came later: tells their column, their time and how long they took");
        var label = new Option<string?>("--label") { Description = "The label's column", HelpName = "COLUMN" };
        var output = new Option<string>("--output", "-o") { Description = "Where to write", HelpName = "FILE", DefaultValueFactory = _ => "monitor.yaml" };
        var name = new Option<string?>("--name") { Description = "What to call the model (default: after its file)", HelpName = "NAME" };
        var force = new Option<bool>("--force") { Description = "Replace a file that is there" };
        var command = new Command("init",
            """
            Writes a first monitor.yaml from the model's inputs and outputs and the data's columns, with a comment for each guess and a line
            `# TODO` for what it could not guess; then checks it.

            Examples:
              modelmonitor init churn.onnx train.parquet --holdout holdout.parquet
              modelmonitor init churn.onnx train.arrows --holdout holdout.arrows --production june.arrows --labels june-labels.arrows
            """) { onnx, reference, holdout, production, labels, label, output, name, force };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, () => Task.FromResult(Run(
            terminal,
            new Request(
                parsed.GetRequiredValue(onnx), parsed.GetRequiredValue(reference), parsed.GetValue(holdout), parsed.GetValue(production), parsed.GetValue(labels),
                parsed.GetValue(label), parsed.GetRequiredValue(output), parsed.GetValue(name), parsed.GetValue(force)),
            cancellationToken))));
        return command;
    }

    private static int Run(Terminal terminal, Request request, CancellationToken cancellationToken)
    {
        if (File.Exists(request.Output) && !request.Force) throw new CliException($"{request.Output}: is there already; --force replaces it");
        foreach (var (option, file) in new[] { ("REFERENCE", request.Reference), ("--holdout", request.Holdout), ("--production", request.Production), ("--labels", request.Labels) })
            if (file is not null) Configured.Exist(option, [file]);
        var name = request.Name ?? NameOf(request.Onnx);
        if (!ValueText.IsName(name)) throw new CliException($"--name: '{name}': a name consists of letters A-Z and a-z, digits, '_', '-' and '.'");

        var model = ModelFactsReader.Read(request.Onnx);
        DataFacts? Read(string? file) => file is null ? null : DataFactsReader.Read(file, cancellationToken);
        var (reference, production, labels) = (Read(request.Reference)!, Read(request.Production), Read(request.Labels));
        if (request.Label is { } asked && !reference.Has(asked))
            throw new CliException($"--label: {request.Reference} has no column '{asked}'{Suggestion.For(asked, [.. reference.Columns.Select(c => c.Name)])} ({string.Join(", ", reference.Columns.Select(c => c.Name))})");
        var guess = Guesser.Guess(model, reference, production, labels, request.Label);
        if (guess.Inputs.FirstOrDefault(input => input.Columns.Contains(request.Label)) is { } taking) throw new CliException($"--label: '{request.Label}' fills the model's input '{taking.Input}'");
        var delay = production is null || labels is null ? null : LabelDelay.Measure(production, labels, guess.Roles.Id.Value, guess.Roles.Time.Value, guess.Roles.LabelTime.Value);
        AtomicFile.Write(request.Output, ConfigurationText.Of(guess, Files(request, name, reference), delay));

        terminal.Output.WriteLine($"{request.Output}: written; {guess.Task.Task.Value?.ToString().ToLowerInvariant() ?? "task unknown"}, label {guess.Roles.Label.Value ?? "unknown"}; each guess has its comment there");
        if (request.Holdout is null) terminal.Output.WriteLine("left to you: reference.holdout: rows that the model never saw; without them overfitting cannot be found");
        foreach (var left in guess.Left.Where(left => !left.Required)) terminal.Output.WriteLine($"left to you: {left}");
        if (delay is null) terminal.Output.WriteLine("left to you: label_delay: how long labels take (--production and --labels together measure it)");
        if (guess.Left.Where(left => left.Required).ToArray() is { Length: > 0 } open) throw new CliException([.. open.Select(left => $"{request.Output}: {left}")]);
        CheckCommand.Run(terminal, request.Output, files: true, cancellationToken);
        NextCommands.Write(terminal.Output, request.Output, request.Production, request.Labels, production, guess);
        return ExitCode.Done;
    }

    /// <summary>The file's name; its folder's where that says nothing.</summary>
    private static string NameOf(string onnx)
    {
        var name = Path.GetFileNameWithoutExtension(onnx);
        if (name.Equals("model", StringComparison.OrdinalIgnoreCase) && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(onnx))) is { Length: > 0 } folder) name = folder;
        name = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_'));
        return ValueText.IsName(name) ? name : "model";
    }

    private static ConfigurationFiles Files(Request request, string name, DataFacts reference)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(request.Output))!;
        string Relative(string path) => Path.GetRelativePath(folder, Path.GetFullPath(path)).Replace('\\', '/');
        var rows = $"{(reference.IsWhole ? "" : "the first ")}{Figures.Count(reference.Rows)} rows";
        return new(name, Relative(request.Onnx), Relative(request.Reference), request.Holdout is null ? null : Relative(request.Holdout),
            $"{Path.GetFileName(request.Onnx)} and {rows} of {Path.GetFileName(request.Reference)}");
    }
}
