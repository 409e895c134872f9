using System.CommandLine;

namespace ModelMonitor.Host.Cli;

/// <summary>`promote` and `rollback`: another version serves.</summary>
internal static class PromoteCommand
{
    public static Command Make(Terminal terminal)
    {
        var (configuration, model, by, to) = (SharedOptions.Configuration(), SharedOptions.RunningModel(), SharedOptions.By(), SharedOptions.To());
        var version = new Argument<string>("VERSION") { Description = "The challenger that is to serve" };
        var command = new Command("promote",
            """
            Lets a challenger serve that passed all its tests. The version before it stands by while the new one is watched.

            Examples:
              modelmonitor promote -c monitor.yaml --model churn 7-r1
            """) { version, configuration, model, by, to };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, async () =>
        {
            var running = RunningModel.Of(parsed.GetRequiredValue(configuration), parsed.GetValue(model), parsed.GetValue(to));
            var done = await running.AskAsync($"versions/{Uri.EscapeDataString(parsed.GetRequiredValue(version))}/promote", new { by = parsed.GetValue(by) }, cancellationToken).ConfigureAwait(false);
            terminal.Output.WriteLine($"{running.Name}: version {done["version"]} serves in place of {done["previous"]}, which stands by while it is watched");
            return ExitCode.Done;
        }));
        return command;
    }

    public static Command MakeRollback(Terminal terminal)
    {
        var (configuration, model, by, to) = (SharedOptions.Configuration(), SharedOptions.RunningModel(), SharedOptions.By(), SharedOptions.To());
        var reason = new Option<string?>("--reason") { Description = "Why, for the record", HelpName = "TEXT" };
        var command = new Command("rollback",
            """
            Takes back the version that serves: the one before it serves again, on the state that it left.

            Examples:
              modelmonitor rollback -c monitor.yaml --model churn --reason "complaints from the call centre"
            """) { configuration, model, reason, by, to };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, async () =>
        {
            var running = RunningModel.Of(parsed.GetRequiredValue(configuration), parsed.GetValue(model), parsed.GetValue(to));
            var done = await running.AskAsync("rollback", new { by = parsed.GetValue(by), reason = parsed.GetValue(reason) }, cancellationToken).ConfigureAwait(false);
            terminal.Output.WriteLine($"{running.Name}: version {done["version"]} serves again");
            return ExitCode.Done;
        }));
        return command;
    }
}
