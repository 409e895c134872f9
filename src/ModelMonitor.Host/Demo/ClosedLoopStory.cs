using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;
using Spectre.Console;

namespace ModelMonitor.Host.Demo;

/// <summary>What the closed loop says: the audit trail as it grows, and what the model that serves is worth beside the one that was never replaced.</summary>
internal sealed class ClosedLoopStory(IAnsiConsole console, IStateStore store, ModelCatalog catalog) : ReplayStory(console, store)
{
    private const string Window = "quarter";
    private const string AsItWas = "as-it-was";

    private readonly ConcurrentDictionary<long, Evaluation> _served = new();
    private int _told;

    private MonitoredModel Model => catalog.Models[0];

    public override void Remember(Evaluation evaluation)
    {
        if (evaluation.Window == Window && evaluation.PerformanceLabelled > 0) _served[evaluation.Range.End] = evaluation;
    }

    public override void Open(Uri address)
    {
        var (train, holdout) = (Model.Baseline.Train.Performance, Model.Baseline.Holdout!.Performance);
        Console.MarkupLineInterpolated($"[bold]Model Monitor[/] replays the ridership of a Chicago railway station, 2004 to 2016, past a model that was trained on 2001 to 2003 and learned its rows by heart:");
        Console.MarkupLineInterpolated($"  mean absolute error {train["mae"].Value:0.000} thousand riders on its training rows, {holdout["mae"].Value:0.000} on the hold-out; r² {train["r2"].Value:0.000} and {holdout["r2"].Value:0.000}.");
        Console.MarkupLineInterpolated($"The loop: a breach is diagnosed, the diagnosis prescribes, the built-in trainer fits, and what it made has to prove itself before it serves.");
        Console.MarkupLineInterpolated($"Watch it live: {address}   {new Uri(address, "v1/models/chicago/versions")}   {new Uri(address, "v1/models/chicago/audit")}");
        Console.WriteLine();
    }

    protected override async Task TellNewsAsync(CancellationToken cancellationToken)
    {
        await using var reader = await Store.OpenSnapshotAsync(cancellationToken);
        var trail = await reader.ReadAuditAsync(Model.Name, cancellationToken);
        foreach (var entry in trail.Skip(_told).ToArray())
        {
            _told++;
            // What is asked for on other occasions is no news.
            if (entry.What.StartsWith("no retrain request", StringComparison.Ordinal) || entry.Actor == "configuration") continue;
            Console.MarkupLine($"[grey]{Date(entry.At)}[/] [{Colour(entry.What)}]{Markup.Escape(entry.What)}[/]");
            if (entry.What == "action retrain requested") await TellRequestAsync(reader, entry, cancellationToken);
            else if (entry.What == "a model was trained") Indent((string?)JsonNode.Parse(entry.Evidence)?["sweep"]?["why"]);
            else foreach (var part in entry.Evidence.Split(". ", StringSplitOptions.RemoveEmptyEntries)) Indent(part);
        }
    }

    protected override async Task TellEndAsync(CancellationToken cancellationToken)
    {
        await using var reader = await Store.OpenSnapshotAsync(cancellationToken);
        var records = await reader.ReadEvaluationsAsync(Model.Name, Window, long.MinValue, long.MaxValue, int.MaxValue, cancellationToken);
        var kept = records.Where(r => r.Version == AsItWas && r.Segment.Length == 0).ToDictionary(r => r.End, r => JsonNode.Parse(r.Payload)!["performance"]!);
        var table = new Table().Border(TableBorder.Simple).AddColumns("quarter until", "version that served", "mae", "r2", "mae of the first model", "its r2");
        foreach (var year in _served.Values.GroupBy(e => Date(e.Range.End)[..4]).OrderBy(y => y.Key, StringComparer.Ordinal))
        {
            var last = year.MaxBy(e => e.Range.End)!;
            if (!kept.TryGetValue(last.Range.End, out var before)) continue;
            table.AddRow(Date(last.Range.End), Markup.Escape(last.Version), Text(last.Performance["mae"]), Text(last.Performance["r2"]), Number(before["mae"]), Number(before["r2"]));
        }

        Console.Write(table);
        var audit = await reader.ReadAuditAsync(Model.Name, cancellationToken);
        Console.MarkupLineInterpolated($"{audit.Count(a => a.What == "action retrain requested")} retrain requests, {audit.Count(a => a.What.Contains("was refused", StringComparison.Ordinal))} challengers refused, {audit.Count(a => a.What.Contains("promoted", StringComparison.Ordinal))} promoted, {audit.Count(a => a.What.Contains("rolled back", StringComparison.Ordinal))} rolled back; version {Model.Baseline.Version} serves.");
    }

    private async Task TellRequestAsync(IStateReader reader, AuditRecord entry, CancellationToken cancellationToken)
    {
        Indent(entry.Evidence);
        var message = (await reader.ReadOutboxAsync(Model.Name, null, int.MaxValue, cancellationToken)).FirstOrDefault(m => m.Action == ActionMessage.Retrain && m.CreatedAt == entry.At);
        if (message is null || JsonNode.Parse(message.Payload)?["data"] is not { } data) return;
        Indent($"diagnosis {data["diagnosis"]!["kind"]}: {data["diagnosis"]!["reason"]}");
        foreach (var remedy in data["prescription"]?["remedies"]?.AsArray().Take(2) ?? []) Indent($"prescribed: {remedy!["text"]}");
    }

    private void Indent(string? text)
    {
        if (!string.IsNullOrWhiteSpace(text)) Console.MarkupLine($"           [grey]{Markup.Escape(Short(text.Trim()))}[/]");
    }

    private static string Colour(string what) =>
        what.Contains("refused", StringComparison.Ordinal) || what.Contains("rolled back", StringComparison.Ordinal) || what == "action retrain requested" ? "red"
        : what.Contains("promoted", StringComparison.Ordinal) || what.Contains("passed", StringComparison.Ordinal) ? "green" : "yellow";

    private static string Number(JsonNode? value) => value switch
    {
        JsonObject of => Number(of["value"]),
        JsonValue single when single.TryGetValue(out double number) => number.ToString("0.###", CultureInfo.InvariantCulture),
        _ => "",
    };
}
