using System.CommandLine;
using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Cli;

/// <summary>`retrain`: asks a running monitor for a new version, or lists what was asked for.</summary>
internal static class RetrainCommand
{
    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var model = SharedOptions.RunningModel();
        var reason = new Option<string?>("--reason") { Description = "Why, for the record", HelpName = "TEXT" };
        var list = new Option<bool>("--list") { Description = "Lists the requests, newest first, and asks for nothing" };
        var (by, to) = (SharedOptions.By(), SharedOptions.To());
        var command = new Command("retrain",
            """
            Asks a running monitor for a new version of a model, by the action `retrain`: with the diagnosis of its newest windows and a prescription.
            One request at a time, and no more a day than the action's budget.

            Examples:
              modelmonitor retrain -c monitor.yaml --model flights --reason "a new airport"
              modelmonitor retrain -c monitor.yaml --model flights --list
            """) { configuration, model, reason, list, by, to };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, async () =>
        {
            var running = RunningModel.Of(parsed.GetRequiredValue(configuration), parsed.GetValue(model), parsed.GetValue(to));
            if (parsed.GetValue(list))
            {
                foreach (var request in (await running.AskAsync("retrains", null, cancellationToken).ConfigureAwait(false)).AsArray()) Tell(terminal, request!);
                return ExitCode.Done;
            }

            var made = await running.AskAsync("retrain", new { by = parsed.GetValue(by), reason = parsed.GetValue(reason) }, cancellationToken).ConfigureAwait(false);
            terminal.Output.WriteLine($"{made["model"]}: retrain request {made["key"]} is on its way; --list tells what becomes of it");
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Tell(Terminal terminal, JsonNode request)
    {
        terminal.Output.WriteLine($"{request["requested"]}  {request["status"],-8}  {request["key"]}  {request["trigger"]} ({request["diagnosis"]}) by {request["hook"]}{((string?)request["challenger"] is { } version ? $" → version {version}" : "")}");
        terminal.Output.WriteLine($"  {(string?)request["error"] ?? (string?)request["reason"]}");
    }
}
