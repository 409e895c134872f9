using System.CommandLine;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Models;

namespace ModelMonitor.Host.Cli;

/// <summary>`baseline`: reads the reference data once and writes what was found.</summary>
internal static class BaselineCommand
{
    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var model = SharedOptions.Model("Only this model (default: every model)");
        var production = SharedOptions.Files("--production", "Where `reference: { production: … }` says so: the files whose first days are the reference");
        var labels = SharedOptions.Files("--labels", "Their labels, where these came later");
        var command = new Command("baseline",
            """
            Reads each model's reference data and writes its baseline.json, replacing one that is there. Keep the file beside the model.

            Examples:
              modelmonitor baseline -c monitor.yaml
              modelmonitor baseline -c monitor.yaml --model flights
              modelmonitor baseline -c monitor.yaml --model flights --production june.parquet --labels june-labels.parquet
            """) { configuration, model, production, labels };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, () =>
            RunAsync(terminal, parsed.GetRequiredValue(configuration), parsed.GetValue(model), parsed.GetValue(production) ?? [], parsed.GetValue(labels) ?? [], cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, string configuration, string? only, string[] production, string[] labels, CancellationToken cancellationToken)
    {
        var options = Configured.Load(configuration);
        var models = only is null ? options.Models : [Configured.Model(options, only)];
        if (production.Length > 0 && (models.Count != 1 || models[0].LearnFrom is null))
            throw new CliException("--production: for one model whose reference is { production: … }; choose it with --model");
        Configured.Exist("--production", production);
        Configured.Exist("--labels", labels);
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
                    var baseline = production.Length > 0 ? Learn(terminal, loader, options, model, production, labels, cancellationToken) : loader.MakeBaseline(model, cancellationToken);
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

    private static Baseline Learn(
        Terminal terminal, ModelLoader loader, MonitorOptions options, ModelOptions model, string[] production, string[] labels, CancellationToken cancellationToken)
    {
        var opened = loader.OpenLearning(model);
        using var scorer = opened.Scorer;
        using var ensemble = opened.Ensemble;
        return ProductionLearning.Learn(terminal, opened, options, production, labels, cancellationToken).Baseline;
    }
}
