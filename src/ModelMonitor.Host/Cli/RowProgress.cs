using Spectre.Console;

namespace ModelMonitor.Host.Cli;

/// <summary>A progress bar on stderr where that is a terminal; silent elsewhere, so that logs stay readable.</summary>
internal static class RowProgress
{
    /// <param name="terminal">Where the bar is drawn.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="total">How much there is; asked for only where a bar is drawn, because it may cost a pass over the files.</param>
    /// <param name="work">Reports how much more is done.</param>
    public static async Task RunAsync(Terminal terminal, string title, Func<double> total, Func<Action<double>, Task> work)
    {
        if (!terminal.ErrorIsTerminal)
        {
            await work(_ => { }).ConfigureAwait(false);
            return;
        }

        await terminal.ErrorConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(total(), 1));
                await work(task.Increment).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }
}
