using System.Collections;
using System.Text;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Reads `monitor.yaml` with the environment on top: either complete options or every fault there is.</summary>
internal static class MonitorConfiguration
{
    /// <param name="path">The file; faults name it as it is given here.</param>
    /// <param name="environment">All variables; those that begin with <see cref="EnvironmentOverlay.Prefix"/> count.</param>
    /// <param name="checkFiles">Whether models and reference files must exist.</param>
    /// <returns>Options and no faults, or no options and at least one fault.</returns>
    public static (MonitorOptions? Options, IReadOnlyList<ConfigurationFault> Faults) Load(
        string path, IReadOnlyDictionary<string, string> environment, bool checkFiles = true)
    {
        string text;
        try
        {
            text = File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var reason = error is DecoderFallbackException ? "it is no UTF-8 text" : error.Message;
            return (null, [new(new(path, 1, 1), "", $"cannot be read: {reason}")]);
        }

        return Parse(text, path, environment, checkFiles);
    }

    /// <summary>As <see cref="Load"/>, for a text that is at hand; the path need not exist.</summary>
    public static (MonitorOptions? Options, IReadOnlyList<ConfigurationFault> Faults) Parse(
        string text, string path, IReadOnlyDictionary<string, string> environment, bool checkFiles)
    {
        YamlNode root;
        try
        {
            root = YamlTree.Parse(text, path);
        }
        catch (YamlTreeException error)
        {
            return (null, [error.Fault]);
        }

        if (root is not YamlMapping mapping)
            return (null, [new(root.Place, "", $"must be a mapping of {string.Join(", ", Shapes.Monitor.Keys.Keys)}; found {root.Found}")]);

        var faults = new FaultList();
        new EnvironmentOverlay(faults).Apply(mapping, environment);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetFullPath(".");
        var options = new MonitorBinder(new(folder, checkFiles, faults)).Bind(mapping);
        return faults.Any ? (null, faults.InOrder()) : (options, []);
    }

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
}
