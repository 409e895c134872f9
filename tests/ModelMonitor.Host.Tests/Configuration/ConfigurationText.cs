using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Host.Tests.Configuration;

/// <summary>Loads texts as if they stood in `/etc/monitor/monitor.yaml`.</summary>
internal static class ConfigurationText
{
    public const string File = "/etc/monitor/monitor.yaml";

    public static MonitorOptions Options(string text, params (string Name, string Value)[] environment)
    {
        var (options, faults) = Load(text, environment);
        Assert.Empty(faults);
        return options!;
    }

    /// <summary>The faults as the user reads them, but for the folder.</summary>
    public static string[] Faults(string text, params (string Name, string Value)[] environment)
    {
        var (options, faults) = Load(text, environment);
        Assert.Equal(faults.Count > 0, options is null);
        return [.. faults.Select(fault => fault.ToString().Replace("/etc/monitor/", "", StringComparison.Ordinal))];
    }

    /// <summary>The only fault there is.</summary>
    public static string Fault(string text, params (string Name, string Value)[] environment) => Assert.Single(Faults(text, environment));

    /// <summary>The only fault of the least configuration with these lines below it.</summary>
    public static string FaultWith(string lines) => Fault(Samples.Least + "\n" + lines);

    /// <summary>The only fault of the least configuration with these lines in its model.</summary>
    public static string FaultInModel(string lines) => Fault(Samples.Least + "\n    " + lines);

    private static (MonitorOptions? Options, IReadOnlyList<ConfigurationFault> Faults) Load(string text, (string Name, string Value)[] environment) =>
        MonitorConfiguration.Parse(
            text, File, environment.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal), checkFiles: false);
}
