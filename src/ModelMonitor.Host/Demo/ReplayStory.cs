using System.Globalization;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.State;
using Spectre.Console;

namespace ModelMonitor.Host.Demo;

/// <summary>What a replay says on the terminal: an opening, news as they come, and a table at the end.</summary>
internal abstract class ReplayStory(IAnsiConsole console, IStateStore store)
{
    protected IAnsiConsole Console { get; } = console;

    protected IStateStore Store { get; } = store;

    /// <param name="address">Where the monitor listens.</param>
    public abstract void Open(Uri address);

    /// <summary>An evaluation of a version that serves.</summary>
    public abstract void Remember(Evaluation evaluation);

    /// <summary>What happened since it was asked last.</summary>
    protected abstract Task TellNewsAsync(CancellationToken cancellationToken);

    protected abstract Task TellEndAsync(CancellationToken cancellationToken);

    /// <summary>Runs the replay behind a progress bar and tells what happens as it happens.</summary>
    public async Task TellAsync(IReadOnlyList<Replay.Delivery> deliveries, Func<Func<DateTimeOffset, Task>, Task> replay, CancellationToken cancellationToken)
    {
        var (first, last) = (deliveries[0].At, deliveries[^1].At);
        if (!Console.Profile.Out.IsTerminal)
        {
            await replay(_ => TellNewsAsync(cancellationToken));
        }
        else
        {
            await Console.Progress().AutoClear(true).Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async context =>
            {
                var task = context.AddTask("replay", maxValue: last - first);
                await replay(async time =>
                {
                    task.Value = Instant.From(time) - first;
                    task.Description = time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                    await TellNewsAsync(cancellationToken);
                });
            });
        }

        await AwaitOutboxAsync(cancellationToken);
        await TellNewsAsync(cancellationToken);
        await TellEndAsync(cancellationToken);
    }

    public void Serving(Uri address) =>
        Console.MarkupLineInterpolated($"Still serving: {address}  {new Uri(address, "metrics")}  {new Uri(address, "v1/models/chicago/evaluate?every=year")}   (Ctrl-C ends)");

    protected static string Short(string? text) => text is { Length: > 160 } ? text[..157] + "…" : text ?? "";

    protected static string Date(long instant) => Instant.ToTime(instant).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    protected static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    protected static string Text(MetricValue value) => value.Value?.ToString("0.###", CultureInfo.InvariantCulture) ?? value.Status!;

    /// <summary>Messages queued last are on their way: waits for them, but not for ever.</summary>
    private async Task AwaitOutboxAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < 100; i++)
        {
            await using (var reader = await Store.OpenSnapshotAsync(cancellationToken))
            {
                if ((await reader.ReadOutboxAsync(null, OutboxStatus.Pending, 1, cancellationToken)).Count == 0) return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }
}
