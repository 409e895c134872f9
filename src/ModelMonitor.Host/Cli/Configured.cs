using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Scoring;

namespace ModelMonitor.Host.Cli;

/// <summary>What commands do with the configuration before their own work.</summary>
internal static class Configured
{
    public static ModelLoader Loader() => new(new OnnxScorerFactory());

    /// <exception cref="CliException">One line for each fault.</exception>
    public static MonitorOptions Load(string path, bool checkFiles = true)
    {
        var (options, faults) = MonitorConfiguration.Load(path, MonitorConfiguration.ProcessEnvironment(), checkFiles);
        return options ?? throw new CliException([.. faults.Select(f => f.ToString())]);
    }

    /// <summary>The model of that name; without a name the only one there is.</summary>
    /// <exception cref="CliException">No such model, or several and no name.</exception>
    public static ModelOptions Model(MonitorOptions options, string? name)
    {
        var names = string.Join(", ", options.Models.Select(m => m.Name));
        if (name is null)
            return options.Models.Count == 1 ? options.Models[0] : throw new CliException($"the configuration has {options.Models.Count} models: choose one with --model ({names})");
        return options.Models.FirstOrDefault(m => m.Name == name) ?? throw new CliException($"no model is called '{name}'; the configuration has: {names}");
    }

    /// <exception cref="CliException">One line for each file that is not there.</exception>
    public static void Exist(string option, IEnumerable<string> files)
    {
        var missing = files.Where(f => !File.Exists(f)).Select(f => $"{option}: {f}: no such file").ToArray();
        if (missing.Length > 0) throw new CliException(missing);
    }

    /// <summary>By what a version is judged before it serves.</summary>
    public static FindingOptions FindingsOf(ModelOptions model) => new()
    {
        PrimaryMetric = PrimaryMetric.Of(model.Task, model.Targets),
        Targets = new Dictionary<string, double>(model.Targets),
    };
}
