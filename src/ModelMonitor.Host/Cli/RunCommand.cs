using System.CommandLine;
using ModelMonitor.Host.Hosting;

namespace ModelMonitor.Host.Cli;

/// <summary>`run`: the sidecar.</summary>
internal static class RunCommand
{
    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var command = new Command("run",
            """
            Runs the monitor: takes predictions and labels, evaluates on schedule, exports metrics, fires rules. Ends with Ctrl-C or SIGTERM.

            Example:
              modelmonitor run -c monitor.yaml
            """) { configuration };
        command.SetAction((parsed, cancellationToken) => Faults.ServeAsync(terminal, () => RunAsync(parsed.GetRequiredValue(configuration), cancellationToken), cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(string configuration, CancellationToken cancellationToken) => MonitorProcess.RunAsync(Configured.Load(configuration), cancellationToken);
}
