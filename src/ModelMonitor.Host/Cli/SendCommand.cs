using System.CommandLine;
using System.CommandLine.Parsing;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Host.Cli;

/// <summary>`send`: streams files to a running monitor.</summary>
internal static class SendCommand
{
    private sealed record Request(string Configuration, string? Model, string Stream, IReadOnlyList<string> Files, string? To, int BatchRows, int? Shuffle, TimeSpan Patience);

    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var model = SharedOptions.Model("The model; may be left out where there is only one");
        var stream = new Option<string>("--stream") { Description = "What the files hold", Required = true };
        stream.AcceptOnlyFromAmong("predictions", "labels");
        var files = new Argument<string[]>("FILE") { Description = "Arrow IPC or Parquet files", Arity = ArgumentArity.OneOrMore };
        var to = new Option<string?>("--to") { Description = "The monitor's address (default: listen.http of the configuration)", HelpName = "URL" };
        var batchRows = new Option<int>("--batch-rows") { Description = "Rows per request, at most 65536", HelpName = "N", DefaultValueFactory = _ => SendRequests.MostRows };
        batchRows.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > SendRequests.MostRows) result.AddError($"--batch-rows must lie between 1 and {SendRequests.MostRows}.");
        });
        var shuffle = new Option<int?>("--shuffle") { Description = "Send the requests in an order shuffled by this seed", HelpName = "SEED" };
        var patience = new Option<TimeSpan>("--patience")
        {
            Description = "How long one request is tried while the monitor is busy or away, such as 30s or 2m; 0s: once",
            HelpName = "DURATION",
            DefaultValueFactory = _ => TimeSpan.FromMinutes(2),
            CustomParser = Duration,
        };
        var command = new Command("send",
            """
            Streams files to a running monitor in keyed requests: sending the same file again counts nothing twice.

            Examples:
              modelmonitor send -c monitor.yaml --stream predictions june.arrows
              modelmonitor send -c monitor.yaml --model flights --stream labels *.arrows --to http://monitor:9464
            """) { configuration, model, stream, files, to, batchRows, shuffle, patience };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, () => RunAsync(
            terminal,
            new Request(
                parsed.GetRequiredValue(configuration), parsed.GetValue(model), parsed.GetRequiredValue(stream), parsed.GetRequiredValue(files),
                parsed.GetValue(to), parsed.GetValue(batchRows), parsed.GetValue(shuffle), parsed.GetValue(patience)),
            cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, Request request, CancellationToken cancellationToken)
    {
        // The sender need not have the model's files.
        var options = Configured.Load(request.Configuration, checkFiles: false);
        var model = Configured.Model(options, request.Model);
        Configured.Exist("FILE", request.Files);
        using var client = new HttpClient();
        var sender = new Sender(client, Target(request.To ?? SharedOptions.AddressOf(options.ListenHttp), model.Name, request.Stream), request.Patience, TimeProvider.System);
        var (sent, repeated) = (0L, 0L);
        SortedDictionary<string, long> rejected = new(StringComparer.Ordinal);
        await RowProgress.RunAsync(terminal, $"sending {request.Stream}", () => ProductionFiles.Count(request.Files), async advance =>
        {
            foreach (var part in Requests(request))
            {
                var reply = await sender.SendAsync(part, cancellationToken).ConfigureAwait(false);
                if (reply.Duplicate) repeated += reply.Rows;
                else Add(reply, ref sent, rejected);
                advance(part.Rows);
            }
        }).ConfigureAwait(false);
        terminal.Output.WriteLine($"rows: {Figures.Count(sent)}");
        if (repeated > 0) terminal.Output.WriteLine($"rows sent before, not counted again: {Figures.Count(repeated)}");
        foreach (var (reason, rows) in rejected) terminal.Output.WriteLine($"rejected, {reason}: {Figures.Count(rows)}");
        return ExitCode.Done;
    }

    private static TimeSpan Duration(ArgumentResult result)
    {
        if (ValueText.Duration(result.Tokens[0].Value) is { } duration) return duration;
        result.AddError($"--patience must be {ValueText.DurationForm}.");
        return default;
    }

    private static IEnumerable<SendRequest> Requests(Request request)
    {
        var requests = request.Files.SelectMany(f => SendRequests.Of(f, request.Stream, request.BatchRows));
        if (request.Shuffle is not { } seed) return requests;
        var all = requests.ToArray();
#pragma warning disable CA5394 // An order that can be repeated, not a secret.
        new Random(seed).Shuffle(all);
#pragma warning restore CA5394
        return all;
    }

    private static void Add(IngestReply reply, ref long sent, SortedDictionary<string, long> rejected)
    {
        sent += reply.Rows;
        foreach (var (reason, rows) in reply.Rejected)
            if (rows > 0) rejected[reason] = rejected.GetValueOrDefault(reason) + rows;
    }

    private static Uri Target(string to, string model, string stream) =>
        Uri.TryCreate(to.TrimEnd('/') + "/", UriKind.Absolute, out var root) && root.Scheme is ("http" or "https")
            ? new Uri(root, $"v1/models/{Uri.EscapeDataString(model)}/{stream}")
            : throw new CliException($"--to: '{to}' is no address such as http://127.0.0.1:9464");
}
