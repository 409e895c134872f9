using System.CommandLine;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Host.Models;

namespace ModelMonitor.Host.Cli;

/// <summary>`baseline`: reads the reference data once and writes what was found.</summary>
internal static class BaselineCommand
{
    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var model = SharedOptions.Model("Only this model (default: every model)");
        var command = new Command("baseline",
            """
            Reads each model's reference data and writes its baseline.json, replacing one that is there. Keep the file beside the model.

            Examples:
              modelmonitor baseline -c monitor.yaml
              modelmonitor baseline -c monitor.yaml --model flights
            """) { configuration, model };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, () =>
            RunAsync(terminal, parsed.GetRequiredValue(configuration), parsed.GetValue(model), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, string configuration, string? only, CancellationToken cancellationToken)
    {
        var options = Configured.Load(configuration);
        var models = only is null ? options.Models : [Configured.Model(options, only)];
        var loader = Configured.Loader();
        List<string> faults = [];
        List<Action> texts = [];
        await RowProgress.RunAsync(terminal, "reading reference data", () => models.Count, advance =>
        {
            foreach (var model in models)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    var baseline = loader.MakeBaseline(model, cancellationToken);
                    AtomicFile.Write(model.Baseline, BaselineJson.Write(baseline));
                    texts.Add(() =>
                    {
                        terminal.Output.WriteLine($"{model.Name}: {model.Baseline}");
                        ReferenceText.Write(terminal.Output, baseline, Configured.FindingsOf(model));
                    });
                }
                catch (ModelLoadException e)
                {
                    faults.Add(e.Message);
                }

                advance(1);
            }

            return Task.CompletedTask;
        }).ConfigureAwait(false);
        // After the bar is gone: both write to the same screen.
        foreach (var text in texts) text();
        return faults.Count == 0 ? ExitCode.Done : throw new CliException(faults);
    }
}
