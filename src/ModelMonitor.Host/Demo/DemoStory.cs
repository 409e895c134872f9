using System.Collections.Concurrent;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;
using Spectre.Console;

namespace ModelMonitor.Host.Demo;

/// <summary>What the demo says: what the hooks receive, and where the models stand in the end.</summary>
internal sealed class DemoStory(IAnsiConsole console, IStateStore store, ModelCatalog catalog, HookReceiver receiver) : ReplayStory(console, store)
{
    private readonly ConcurrentDictionary<(string Model, string Window), Evaluation> _newest = new();
    private int _evaluations;
    private int _told;

    public override void Remember(Evaluation evaluation)
    {
        Interlocked.Increment(ref _evaluations);
        if (evaluation.Rows > 0) _newest[(evaluation.Model, evaluation.Window)] = evaluation;
    }

    public override void Open(Uri address)
    {
        Console.MarkupLineInterpolated($"[bold]Model Monitor[/] replays the ridership of a Chicago railway station, 2004 to 2016, past two models trained on 2001 to 2003.");
        foreach (var model in catalog.Models)
        {
            var train = model.Baseline.Train.Performance["r2"];
            var holdout = model.Baseline.Holdout!.Performance["r2"];
            Console.MarkupLineInterpolated($"  {model.Name}: r² {train.Value:0.000} on its training rows, {holdout.Value:0.000} on the hold-out, scored on {model.Scorer!.Provider}");
        }

        Console.MarkupLineInterpolated($"Watch it live: {address}   {new Uri(address, "metrics")}");
        Console.WriteLine();
    }

    protected override Task TellEndAsync(CancellationToken cancellationToken)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("model", "window", "until", "rows", "labelled", "r2", "mse", "score psi", "worst input psi", "findings");
        foreach (var evaluation in _newest.Values.OrderBy(e => e.Model, StringComparer.Ordinal).ThenBy(e => e.Window, StringComparer.Ordinal))
        {
            var worst = evaluation.Drift.Features.MaxBy(f => f.Value["psi"].Value ?? 0);
            table.AddRow(
                Markup.Escape(evaluation.Model), Markup.Escape(evaluation.Window), Date(evaluation.Range.End), Text(evaluation.Rows), Text(evaluation.Labelled),
                Text(evaluation.Performance["r2"]), Text(evaluation.Performance["mse"]), Text(evaluation.Drift.Score["psi"]),
                Markup.Escape($"{worst.Key} {Text(worst.Value["psi"])}"),
                Markup.Escape(string.Join(", ", evaluation.Findings.Select(f => f.Confirmed ? f.Kind : f.Kind + "?").Distinct())));
        }

        Console.Write(table);
        Console.MarkupLineInterpolated($"{_evaluations} evaluations, {receiver.Messages.Count} messages delivered to the hooks.");
        return Task.CompletedTask;
    }

    protected override Task TellNewsAsync(CancellationToken cancellationToken)
    {
        foreach (var message in receiver.Messages.Skip(_told).OrderBy(m => (string)m["time"]!, StringComparer.Ordinal).ToArray())
        {
            _told++;
            var (type, data) = (((string)message["type"]!)[CloudEvent.Prefix.Length..], message["data"]!);
            var colour = type switch { "retrain_requested" => "red", "rule_resolved" => "green", _ => "yellow" };
            Console.MarkupLine($"[grey]{Markup.Escape(((string)message["time"]!)[..10])}[/] [{colour}]{Markup.Escape(type)}[/] {Markup.Escape((string)data["model"]!)} [bold]{Markup.Escape((string?)data["rule"] ?? (string)data["trigger"]!["name"]!)}[/]: {Markup.Escape(Short((string?)data["message"] ?? (string?)data["trigger"]!["message"]))}");
            if (data["prescription"]?["remedies"]?.AsArray() is [{ } first, ..])
                Console.MarkupLine($"           [grey]{Markup.Escape((string)data["diagnosis"]!["kind"]!)}[/] {Markup.Escape((string)first["text"]!)}");
        }

        return Task.CompletedTask;
    }
}
