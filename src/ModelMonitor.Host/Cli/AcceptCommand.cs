using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Hosting;
using ModelMonitor.Host.Http;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Cli;

/// <summary>`accept`: a drift that is known and fine becomes the reference. Through the running monitor, or on its state folder where none runs.</summary>
internal static class AcceptCommand
{
    private sealed record Request(string Configuration, string Model, string Window, string By, string? To);

    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var model = new Option<string>("--model", "-m") { Description = "The model", Required = true, HelpName = "NAME" };
        var window = new Option<string>("--window", "-w") { Description = "A configured window (its newest evaluated one), or START..END in ISO 8601, UTC", Required = true, HelpName = "WINDOW" };
        var by = new Option<string>("--by") { Description = "Who accepts it, for the record (default: the user)", HelpName = "WHO", DefaultValueFactory = _ => Environment.UserName };
        var to = new Option<string?>("--to") { Description = "The running monitor's address (default: listen.http of the configuration)", HelpName = "URL" };
        var command = new Command("accept",
            """
            Makes the production of a window the new drift reference: a drift that is known and fine. Written to the baseline and the audit.
            Edges and categories stay, and so does what is counted on them; performance on train and hold-out stays a fact about the version.

            Examples:
              modelmonitor accept -c monitor.yaml --model flights --window day
              modelmonitor accept -c monitor.yaml --model flights --window 2026-03-01..2026-03-08 --by alice
            """) { configuration, model, window, by, to };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, () => RunAsync(
            terminal,
            new Request(parsed.GetRequiredValue(configuration), parsed.GetRequiredValue(model), parsed.GetRequiredValue(window), parsed.GetRequiredValue(by), parsed.GetValue(to)),
            cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, Request request, CancellationToken cancellationToken)
    {
        var options = Configured.Load(request.Configuration, checkFiles: false);
        var model = Configured.Model(options, request.Model);
        var accepted = request.To is { } to ? await AskAsync(to, request, options.OperatorKey, cancellationToken).ConfigureAwait(false)
            : TryLock(options.StateFolder) is not { } folder ? await AskAsync(SharedOptions.AddressOf(options.ListenHttp), request, options.OperatorKey, cancellationToken).ConfigureAwait(false)
            : await ApplyAsync(folder, options, model, request, cancellationToken).ConfigureAwait(false);
        terminal.Output.WriteLine($"{accepted["model"]}: the {Figures.Count((long)accepted["rows"]!)} rows of {accepted["window"]} ({accepted["start"]} to {accepted["end"]}) are the drift reference of version {accepted["version"]} now");
        terminal.Output.WriteLine((long)accepted["label_rows"]! is > 0 and var labels ? $"  its {Figures.Count(labels)} labels are the reference's labels" : "  the reference's labels stay: the window's are not due yet, or there are none");
        return ExitCode.Done;
    }

    /// <summary>Null where a running monitor holds the folder.</summary>
    private static StateFolderLock? TryLock(string folder)
    {
        if (!Directory.Exists(folder)) throw new CliException($"state: {folder}: no such folder: nothing was monitored here yet");
        try
        {
            return StateFolderLock.Acquire(folder);
        }
        catch (StateStoreException e) when (e.InnerException is IOException && File.Exists(Path.Combine(folder, "lock")))
        {
            return null;
        }
    }

    private static async Task<JsonObject> ApplyAsync(StateFolderLock locked, MonitorOptions options, ModelOptions model, Request request, CancellationToken cancellationToken)
    {
        using var folder = locked;
        var store = SqliteStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            // The version that serves may be another one than the configuration names.
            using var catalog = await new ModelOpening(options with { Models = [model] }, folder.Folder).OpenAsync(store, cancellationToken).ConfigureAwait(false);
            var writer = new StateWriter(store, TimeProvider.System, NoTelemetry.Instance, NullLogger<StateWriter>.Instance, int.MaxValue);
            await using (writer.ConfigureAwait(false))
            {
                using var acceptance = new ReferenceAcceptance(catalog, options, store, writer, TimeProvider.System, AtomicFile.Write);
                try
                {
                    return AcceptEndpoint.ToJson(await acceptance.AcceptAsync(model.Name, request.Window, request.By, cancellationToken).ConfigureAwait(false));
                }
                catch (AcceptRefusedException e)
                {
                    throw new CliException(e.Message);
                }
            }
        }
    }

    private static async Task<JsonObject> AskAsync(string to, Request request, string? key, CancellationToken cancellationToken) => (await MonitorApi.AskAsync(
        to, $"v1/models/{Uri.EscapeDataString(request.Model)}/accept", JsonContent.Create(new { window = request.Window, by = request.By }), key, "the state folder is in use, but the monitor does not answer", cancellationToken).ConfigureAwait(false)).AsObject();
}
