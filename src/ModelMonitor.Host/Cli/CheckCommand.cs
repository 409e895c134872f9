using System.CommandLine;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Actions;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Plugins;

namespace ModelMonitor.Host.Cli;

/// <summary>`check`: everything that would stop the monitor from starting, at once.</summary>
internal static class CheckCommand
{
    public static Command Make(Terminal terminal)
    {
        var configuration = SharedOptions.Configuration();
        var noFiles = new Option<bool>("--no-files") { Description = "Only the configuration itself; open no models and no data" };
        var command = new Command("check",
            """
            Validates the configuration, then opens every model and its baseline. Reports every fault with its place; starts nothing.

            Examples:
              modelmonitor check -c monitor.yaml
              modelmonitor check -c monitor.yaml --no-files
            """) { configuration, noFiles };
        command.SetAction((parsed, cancellationToken) => Faults.GuardAsync(terminal, () =>
            Task.FromResult(Run(terminal, parsed.GetRequiredValue(configuration), !parsed.GetValue(noFiles), cancellationToken))));
        return command;
    }

    public static int Run(Terminal terminal, string configuration, bool files, CancellationToken cancellationToken)
    {
        var options = Configured.Load(configuration, files);
        if (!files)
        {
            terminal.Output.WriteLine($"{configuration}: the configuration is sound ({options.Models.Count} models, {options.Rules.Count} rules); files were not opened");
            return ExitCode.Done;
        }

        var loader = Configured.Loader();
        var faults = CheckPlugins(terminal.Output, options);
        foreach (var model in options.Models.SelectMany(model => model.Challengers.Prepend(model)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Check(terminal.Output, loader, model, faults, cancellationToken);
            }
            catch (ModelLoadException e)
            {
                faults.Add(e.Message);
            }
        }

        return faults.Count == 0 ? ExitCode.Done : throw new CliException(faults);
    }

    /// <summary>Lists plugins, and says which action has no hook, or one that refuses its options.</summary>
    private static List<string> CheckPlugins(TextWriter output, MonitorOptions options)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(options).AddSingleton<ITelemetry>(NoTelemetry.Instance).AddHooks();
        var plugins = PluginLoader.Load(options.Plugins).Register(services);
        foreach (var plugin in plugins.Plugins) output.WriteLine($"plugin {plugin.Name} {plugin.Version}: {plugin.Path}");
        foreach (var fault in plugins.Faults.Where(fault => !fault.Required)) output.WriteLine($"{fault}; the monitor starts without it");
        using var provider = services.BuildServiceProvider();
        return [.. plugins.Faults.Where(fault => fault.Required).Select(fault => fault.ToString()), .. HookCheck.Faults(options, provider.GetServices<IRetrainHook>())];
    }

    private static void Check(TextWriter output, ModelLoader loader, ModelOptions options, List<string> faults, CancellationToken cancellationToken)
    {
        var model = loader.Load(options, cancellationToken: cancellationToken);
        using var scorer = model.Scorer;
        using var ensemble = model.Ensemble;
        if (model.Learning is { } learning)
        {
            output.WriteLine($"{options.Name}: version {options.Version}, {EvaluationJson.TaskName(options.Task)}, {(scorer is null ? "scores from the data" : $"provider {scorer.Provider}")}");
            output.WriteLine($"  baseline  none yet: `run` learns it from the first {ValueText.Of(learning.Period)} of production");
            return;
        }

        var judged = Configured.FindingsOf(options);
        var findings = Findings.OfVersion(model.Baseline, judged);
        var provider = scorer is null ? "scores from the data" : $"provider {scorer.Provider}";
        output.WriteLine($"{options.Name}: version {options.Version}, {EvaluationJson.TaskName(options.Task)}, {provider}");
        ReferenceText.Write(output, model.Baseline, judged);
        if (!File.Exists(options.Baseline)) output.WriteLine($"  no file   {options.Baseline}: made in memory; `modelmonitor baseline` writes it");
        foreach (var finding in findings)
            output.WriteLine($"  {(finding.Confirmed ? "finding" : "suspect")}   {finding.Kind}: {finding.Message}");
        if (options.GateRefuses)
            faults.AddRange(VersionGate.Of(model.Baseline, judged).Select(f => VersionGate.Refusal(options.Name, options.Version, f)));
    }
}
