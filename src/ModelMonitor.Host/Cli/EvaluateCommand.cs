using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelMonitor.Core;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Pages;
using ModelMonitor.Host.Pages.Reading;

namespace ModelMonitor.Host.Cli;

/// <summary>`evaluate`: what the monitor would have said about files.</summary>
internal static class EvaluateCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="Json">Where the JSON goes: a file, `-` for stdout alone, null for nowhere.</param>
    /// <param name="Html">Where the report goes; null for nowhere.</param>
    private sealed record Request(string Configuration, string? Model, IReadOnlyList<string> Production, IReadOnlyList<string> Labels, string Every, string? Json, string? Html, bool FailOnBreach);

    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var model = SharedOptions.Model("The model; may be left out where there is only one");
        var production = SharedOptions.Files("--production", "Predictions: Arrow IPC or Parquet files");
        production.Required = true;
        var labels = SharedOptions.Files("--labels", "Labels that arrived later: Arrow IPC or Parquet files");
        var every = new Option<string>("--every") { Description = "Window: day, week, month, quarter, year, or a duration such as 6h or 14d (UTC)", HelpName = "WINDOW", DefaultValueFactory = _ => "month" };
        var json = new Option<string?>("--json") { Description = "Write the result as JSON to this file; -: to stdout, and no table", HelpName = "FILE" };
        var html = new Option<string?>("--html") { Description = "Write a report to this file: one HTML document that needs nothing else, to be opened or printed", HelpName = "FILE" };
        var fail = new Option<bool>("--fail-on-breach") { Description = "Exit with 3 where a rule would have fired" };
        var command = new Command("evaluate",
            """
            Evaluates files offline, as the running monitor would have: a table per window, findings, and which rules would have fired when.
            Every rule is applied to these windows, whatever window it names: the way to choose thresholds before going live.

            Examples:
              modelmonitor evaluate -c monitor.yaml --production june.arrows --labels june-labels.arrows
              modelmonitor evaluate -c monitor.yaml --model flights --production *.parquet --every week --json report.json
              modelmonitor evaluate -c monitor.yaml --production june.arrows --html report.html --fail-on-breach
            """) { configuration, model, production, labels, every, json, html, fail };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, () => RunAsync(
            terminal,
            new Request(
                parsed.GetRequiredValue(configuration), parsed.GetValue(model), parsed.GetRequiredValue(production), parsed.GetValue(labels) ?? [],
                parsed.GetRequiredValue(every), parsed.GetValue(json), parsed.GetValue(html), parsed.GetValue(fail)),
            cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, Request request, CancellationToken cancellationToken)
    {
        var options = Configured.Load(request.Configuration);
        var model = Configured.Model(options, request.Model);
        var calendar = Calendar(request.Every, options);
        Configured.Exist("--production", request.Production);
        Configured.Exist("--labels", request.Labels);
        // Said now, not after minutes of work.
        OutputFile.Check("--json", request.Json is "-" ? null : request.Json);
        OutputFile.Check("--html", request.Html);
        var (report, html, labels) = await EvaluateAsync(terminal, options, model, calendar, request, cancellationToken).ConfigureAwait(false);
        if (request.Json != "-") ReportTable.Write(terminal.Console, report, calendar.Name);
        if (request.Json is { } target)
        {
            var text = report.ToJson().ToJsonString(Indented) + "\n";
            if (target == "-") await terminal.Output.WriteAsync(text).ConfigureAwait(false);
            else OutputFile.Write("--json", target, text);
        }

        if (request.Html is { } file) OutputFile.Write("--html", file, html!);

        if (!request.FailOnBreach) return ExitCode.Done;
        // A gate that had nothing to look at is not open.
        if (report.Overall.Unscored == report.Overall.Rows) throw new CliException($"{model.Name}: none of {Figures.Count(report.Overall.Rows)} rows has a score: nothing was judged");
        if (labels > 0 && report.Overall.Labelled == 0) throw new CliException($"{model.Name}: none of {Figures.Count(labels)} labels belongs to a row: no performance was judged");
        return report.Breached ? ExitCode.Breach : ExitCode.Done;
    }

    /// <returns>The report, and as HTML where that was asked for.</returns>
    private static async Task<(Report Report, string? Html, long Labels)> EvaluateAsync(
        Terminal terminal, MonitorOptions options, ModelOptions model, CalendarWindows calendar, Request request, CancellationToken cancellationToken)
    {
        var opened = Configured.Loader().Load(model, cancellationToken: cancellationToken);
        using var scorer = opened.Scorer;
        using var ensemble = opened.Ensemble;
        opened = ProductionLearning.Learn(terminal, opened, options, request.Production, request.Labels, cancellationToken);
        var evaluation = new OfflineEvaluation(opened, options);
        await using (evaluation.ConfigureAwait(false))
        {
            var production = new ProductionFiles(request.Production);
            var labels = new ProductionFiles(request.Labels);
            await RowProgress.RunAsync(terminal, $"evaluating {model.Name}", () => ProductionFiles.Count([.. request.Production, .. request.Labels]), async advance =>
            {
                await production.FeedAsync(evaluation.PredictionsAsync, advance, cancellationToken).ConfigureAwait(false);
                await labels.FeedAsync(evaluation.LabelsAsync, advance, cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
            Tell(terminal.Error, "predictions", production);
            Tell(terminal.Error, "labels", labels);
            var report = await evaluation.ReportAsync(calendar, cancellationToken).ConfigureAwait(false)
                ?? throw new CliException($"there is nothing to evaluate: {Figures.Count(production.Rows)} production rows, none of them usable");
            if (labels.Rows > 0 && report.Overall.Labelled == 0) terminal.Error.WriteLine($"note: none of {Figures.Count(labels.Rows)} labels belongs to a row");
            if (request.Html is null) return (report, null, labels.Rows);
            var view = await evaluation.ReadAsync((reader, cancelled) => ReportView.ReadAsync(reader, report, calendar.Name, options.Rules, cancelled), cancellationToken).ConfigureAwait(false);
            return (report, await PageRenderer.RenderAsync<ReportPage>((nameof(ReportPage.View), view), (nameof(ReportPage.ReadAt), TimeProvider.System.GetUtcNow())).ConfigureAwait(false), labels.Rows);
        }
    }

    /// <summary>Rows that the figures do not contain are said, not left to be guessed; on stderr, so that JSON stays JSON.</summary>
    private static void Tell(TextWriter error, string stream, ProductionFiles fed)
    {
        if (fed.Rejected.Count > 0)
            error.WriteLine($"note: of {Figures.Count(fed.Rows)} rows of {stream} not counted: {string.Join(", ", fed.Rejected.Select(r => $"{Figures.Count(r.Value)} {r.Key}"))}");
        if (fed.Unscored > 0) error.WriteLine($"note: {Figures.Count(fed.Unscored)} rows of {stream} have no score{(fed.UnscoredBecause is { } reason ? $": {reason}" : "")}");
    }

    private static CalendarWindows Calendar(string every, MonitorOptions options)
    {
        try
        {
            return CalendarWindows.Parse(every, Instant.From(options.Pane));
        }
        catch (FormatException e)
        {
            throw new CliException($"--every: {e.Message}");
        }
    }
}
