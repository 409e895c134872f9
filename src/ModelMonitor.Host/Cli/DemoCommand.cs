using System.CommandLine;
using System.Globalization;
using ModelMonitor.Host.Demo;

namespace ModelMonitor.Host.Cli;

/// <summary>`demo`: the quickstart.</summary>
internal static class DemoCommand
{
    public static Command Make(Terminal terminal)
    {
        var exit = new Option<bool>("--exit") { Description = "End after the replay with a summary instead of serving on" };
        var closedLoop = new Option<bool>("--closed-loop") { Description = "An overfitted model, and the whole loop: diagnosis, retraining with regularization, tests, promotion" };
        var port = new Option<ushort?>("--port") { Description = "Port on 127.0.0.1 for pages and metrics; 0: any free one", HelpName = "PORT" };
        var command = new Command("demo",
            """
            Monitors a bundled real case end to end: replays months of production traffic in fast-forward, then serves the pages until Ctrl-C.

            Examples:
              modelmonitor demo
              modelmonitor demo --closed-loop
              modelmonitor demo --exit --port 0
            """) { closedLoop, exit, port };
        command.SetAction((parsed, cancellationToken) => Faults.ServeAsync(terminal, () =>
            DemoProcess.RunAsync(parsed.GetValue(closedLoop), parsed.GetValue(exit), Listen(parsed.GetValue(port)), terminal.Console, cancellationToken), cancellationToken));
        return command;
    }

    private static string? Listen(ushort? port) => port is { } number ? "127.0.0.1:" + number.ToString(CultureInfo.InvariantCulture) : null;
}
