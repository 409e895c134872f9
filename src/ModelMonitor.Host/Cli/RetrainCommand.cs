using System.CommandLine;
using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Cli;

/// <summary>`retrain`: asks a running monitor for a new version, or lists what was asked for.</summary>
internal static class RetrainCommand
{
    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var model = new Option<string?>("--model", "-m") { Description = "The model; the only one there is by default", HelpName = "NAME" };
        var reason = new Option<string?>("--reason") { Description = "Why, for the record", HelpName = "TEXT" };
        var list = new Option<bool>("--list") { Description = "Lists the requests, newest first, and asks for nothing" };
        var by = new Option<string>("--by") { Description = "Who asks, for the record (default: the user)", HelpName = "WHO", DefaultValueFactory = _ => Environment.UserName };
        var to = new Option<string?>("--to") { Description = "The running monitor's address (default: listen.http of the configuration)", HelpName = "URL" };
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
            var options = Configured.Load(parsed.GetRequiredValue(configuration), checkFiles: false);
            var path = $"v1/models/{Uri.EscapeDataString(Configured.Model(options, parsed.GetValue(model)).Name)}/";
            var address = parsed.GetValue(to) ?? SharedOptions.AddressOf(options.ListenHttp);
            if (parsed.GetValue(list))
            {
                foreach (var request in (await MonitorApi.AskAsync(address, path + "retrains", null, Silent, cancellationToken).ConfigureAwait(false)).AsArray()) Tell(terminal, request!);
                return ExitCode.Done;
            }

            var made = await MonitorApi.AskAsync(address, path + "retrain", new { by = parsed.GetValue(by), reason = parsed.GetValue(reason) }, Silent, cancellationToken).ConfigureAwait(false);
            terminal.Output.WriteLine($"{made["model"]}: retrain request {made["key"]} is on its way; --list tells what becomes of it");
            return ExitCode.Done;
        }));
        return command;
    }

    private const string Silent = "no monitor answers";

    private static void Tell(Terminal terminal, JsonNode request)
    {
        terminal.Output.WriteLine($"{request["requested"]}  {request["status"],-8}  {request["key"]}  {request["trigger"]} ({request["diagnosis"]}) by {request["hook"]}{((string?)request["challenger"] is { } version ? $" → version {version}" : "")}");
        terminal.Output.WriteLine($"  {(string?)request["error"] ?? (string?)request["reason"]}");
    }
}
