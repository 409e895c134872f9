using System.CommandLine;
using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Cli;

/// <summary>`models`: the versions of a running monitor's models, how far each is and what it waits for; `models add` hands a challenger in, `models withdraw` takes one back.</summary>
internal static class ModelsCommand
{
    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var model = SharedOptions.Model("Only this model");
        var to = SharedOptions.To();
        var checks = new Option<bool>("--checks") { Description = "Also what each version was asked, and what came of it" };
        var command = new Command("models",
            """
            Lists the versions of the models of a running monitor: which serves, which are on their way, how far they are and what they wait for.

            Examples:
              modelmonitor models -c monitor.yaml
              modelmonitor models -c monitor.yaml --model churn --checks
              modelmonitor models add -c monitor.yaml --model churn new.onnx --version 8
            """) { configuration, model, checks, to, Add(terminal), Withdraw(terminal) };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, async () =>
        {
            var options = Configured.Load(parsed.GetRequiredValue(configuration), checkFiles: false);
            foreach (var name in parsed.GetValue(model) is { } one ? [Configured.Model(options, one).Name] : options.Models.Select(m => m.Name))
            {
                var running = new RunningModel(name, parsed.GetValue(to) ?? SharedOptions.AddressOf(options.ListenHttp), options.OperatorKey);
                terminal.Output.WriteLine(name);
                foreach (var version in (await running.AskAsync("versions", null, cancellationToken).ConfigureAwait(false)).AsArray()) Tell(terminal, version!, parsed.GetValue(checks));
            }

            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Add(Terminal terminal)
    {
        var (configuration, model, by, to) = (SharedOptions.Configuration(), SharedOptions.RunningModel(), SharedOptions.By(), SharedOptions.To());
        var file = new Argument<string>("FILE.onnx") { Description = "The challenger's ONNX file" };
        var version = new Option<string?>("--version") { Description = "What it is called (default: named after the version that serves)", HelpName = "NAME" };
        var request = new Option<string?>("--request") { Description = "The retrain request that it answers", HelpName = "KEY" };
        var command = new Command("add", "Hands in a challenger: it is tested, shadows, and serves when it passed everything and, unless promotion is automatic, a person says so.") { file, configuration, model, version, request, by, to };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, async () =>
        {
            var running = RunningModel.Of(parsed.GetRequiredValue(configuration), parsed.GetValue(model), parsed.GetValue(to));
            var query = string.Join('&', new[] { ("version", parsed.GetValue(version)), ("request", parsed.GetValue(request)), ("by", parsed.GetValue(by)) }.Where(p => p.Item2 is not null).Select(p => $"{p.Item1}={Uri.EscapeDataString(p.Item2!)}"));
            var made = await running.SendAsync("versions?" + query, parsed.GetRequiredValue(file), cancellationToken).ConfigureAwait(false);
            terminal.Output.WriteLine($"{running.Name}: version {made["version"]} is a challenger of {made["champion"]}; `modelmonitor models` tells how far it is");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Withdraw(Terminal terminal)
    {
        var (configuration, model, by, to) = (SharedOptions.Configuration(), SharedOptions.RunningModel(), SharedOptions.By(), SharedOptions.To());
        var version = new Argument<string>("VERSION") { Description = "The challenger" };
        var command = new Command("withdraw", "A challenger is not wanted any more.") { version, configuration, model, by, to };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, async () =>
        {
            var running = RunningModel.Of(parsed.GetRequiredValue(configuration), parsed.GetValue(model), parsed.GetValue(to));
            await running.AskAsync($"versions/{Uri.EscapeDataString(parsed.GetRequiredValue(version))}/withdraw", new { by = parsed.GetValue(by) }, cancellationToken).ConfigureAwait(false);
            terminal.Output.WriteLine($"{running.Name}: version {parsed.GetValue(version)} is withdrawn");
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Tell(Terminal terminal, JsonNode version, bool checks)
    {
        var (role, stage) = ((string?)version["role"], (string?)version["stage"]);
        // It served, and scores on beside the version that is watched in its place.
        if (role == "challenger" && stage == "retired") role = "stands by";
        terminal.Output.WriteLine($"  {(string)version["version"]!,-20} {role ?? "",-10} {stage ?? "",-14} since {version["since"]}{((string?)version["source"] is { } source ? $"  by {source}" : "")}");
        if ((string?)version["waits_for"] is { } what) terminal.Output.WriteLine($"    waits for {what}");
        foreach (var check in checks ? version["checks"]?.AsArray() ?? [] : []) terminal.Output.WriteLine($"    {((bool)check!["passed"]! ? "passed" : "failed")} {check["name"]}: {check["text"]}");
    }
}
