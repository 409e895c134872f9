using System.Collections.Concurrent;
using System.Globalization;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;
using Spectre.Console;

namespace ModelMonitor.Host.Demo;

/// <summary>What the demo says on the terminal.</summary>
internal sealed class DemoStory(IAnsiConsole console, ModelCatalog catalog, HookReceiver receiver)
{
    private readonly ConcurrentDictionary<(string Model, string Window), Evaluation> _newest = new();
    private int _evaluations;
    private int _told;

    public void Remember(Evaluation evaluation)
    {
        Interlocked.Increment(ref _evaluations);
        if (evaluation.Rows > 0) _newest[(evaluation.Model, evaluation.Window)] = evaluation;
    }

    public void Open(Uri address)
    {
        console.MarkupLineInterpolated($"[bold]Model Monitor[/] replays the ridership of a Chicago railway station, 2004 to 2016, past two models trained on 2001 to 2003.");
        foreach (var model in catalog.Models)
        {
            var train = model.Baseline.Train.Performance["r2"];
            var holdout = model.Baseline.Holdout!.Performance["r2"];
            console.MarkupLineInterpolated($"  {model.Name}: r² {train.Value:0.000} on its training rows, {holdout.Value:0.000} on the hold-out, scored on {model.Scorer!.Provider}");
        }

        console.MarkupLineInterpolated($"Watch it live: {address}   {new Uri(address, "metrics")}");
        console.WriteLine();
    }

    /// <summary>Runs the replay behind a progress bar and tells what the hooks receive as it happens.</summary>
    public async Task TellAsync(IReadOnlyList<Replay.Delivery> deliveries, Func<Action<DateTimeOffset>, Task> replay)
    {
        var (first, last) = (deliveries[0].At, deliveries[^1].At);
        if (!console.Profile.Out.IsTerminal)
        {
            await replay(_ => TellMessages());
            TellMessages();
            return;
        }

        await console.Progress().AutoClear(true).Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async context =>
        {
            var task = context.AddTask("replay", maxValue: last - first);
            await replay(time =>
            {
                task.Value = Instant.From(time) - first;
                task.Description = time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                TellMessages();
            });
        });
        TellMessages();
    }

    public async Task CloseAsync(IStateStore store, CancellationToken cancellationToken)
    {
        await AwaitOutboxAsync(store, cancellationToken);
        TellMessages();
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

        console.Write(table);
        console.MarkupLineInterpolated($"{_evaluations} evaluations, {receiver.Messages.Count} messages delivered to the hooks.");
    }

    public void Serving(Uri address) =>
        console.MarkupLineInterpolated($"Still serving: {address}  {new Uri(address, "metrics")}  {new Uri(address, "v1/models/chicago/evaluate?every=year")}   (Ctrl-C ends)");

    /// <summary>Messages queued last are on their way: waits for them, but not for ever.</summary>
    private static async Task AwaitOutboxAsync(IStateStore store, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 100; i++)
        {
            await using (var reader = await store.OpenSnapshotAsync(cancellationToken))
            {
                if ((await reader.ReadOutboxAsync(null, OutboxStatus.Pending, 1, cancellationToken)).Count == 0) return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }

    private void TellMessages()
    {
        foreach (var message in receiver.Messages.Skip(_told).OrderBy(m => (string)m["time"]!, StringComparer.Ordinal).ToArray())
        {
            _told++;
            var (type, data) = (((string)message["type"]!)[CloudEvent.Prefix.Length..], message["data"]!);
            var colour = type switch { "retrain_requested" => "red", "rule_resolved" => "green", _ => "yellow" };
            console.MarkupLine($"[grey]{Markup.Escape(((string)message["time"]!)[..10])}[/] [{colour}]{Markup.Escape(type)}[/] {Markup.Escape((string)data["model"]!)} [bold]{Markup.Escape((string?)data["rule"] ?? (string)data["trigger"]!["name"]!)}[/]: {Markup.Escape(Short((string?)data["message"] ?? (string?)data["trigger"]!["message"]))}");
            if (data["prescription"]?["remedies"]?.AsArray() is [{ } first, ..])
                console.MarkupLine($"           [grey]{Markup.Escape((string)data["diagnosis"]!["kind"]!)}[/] {Markup.Escape((string)first["text"]!)}");
        }
    }

    private static string Short(string? text) => text is { Length: > 160 } ? text[..157] + "…" : text ?? "";

    private static string Date(long instant) => Instant.ToTime(instant).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(MetricValue value) => value.Value?.ToString("0.###", CultureInfo.InvariantCulture) ?? value.Status!;
}
