using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Models;

namespace ModelMonitor.Host.Cli;

/// <summary>Turns what a command throws into lines on stderr and an exit code.</summary>
internal static class Faults
{
    /// <summary>Set to 1, it makes the command print the trace of what it did not expect.</summary>
    public const string TraceVariable = "MODELMONITOR_TRACE";

    public static async Task<int> GuardAsync(Terminal terminal, Func<Task<int>> command)
    {
        try
        {
            return await command().ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (e.CancellationToken.IsCancellationRequested)
        {
            await terminal.Error.WriteLineAsync("cancelled").ConfigureAwait(false);
            return ExitCode.Cancelled;
        }
        catch (Exception e)
        {
            foreach (var line in Lines(e)) await terminal.Error.WriteLineAsync("error: " + OneLine(line)).ConfigureAwait(false);
            if (Environment.GetEnvironmentVariable(TraceVariable) == "1") await terminal.Error.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            return ExitCode.WrongInput;
        }
    }

    /// <summary>For commands that serve until they are told to stop: then that is how they end, wherever they were.</summary>
    public static Task<int> ServeAsync(Terminal terminal, Func<Task<int>> command, CancellationToken cancellationToken) => GuardAsync(terminal, async () =>
    {
        try
        {
            return await command().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
    });

    private static IReadOnlyList<string> Lines(Exception error) => error switch
    {
        CliException faults => faults.Lines,
        ModelLoadException or IntakeException or ScoringException or BaselineFormatException
            or IOException or UnauthorizedAccessException or HttpRequestException => [error.Message],
        _ => [$"unexpected: {error.GetType().Name}: {error.Message} (set {TraceVariable}=1 for the trace)"],
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
