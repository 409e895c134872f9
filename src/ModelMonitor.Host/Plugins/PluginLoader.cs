using System.Reflection;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Plugins;

namespace ModelMonitor.Host.Plugins;

/// <summary>Finds plugins in their folders and loads each in a context of its own.</summary>
/// <remarks>A plugin lies in a folder of its own, in a library of that folder's name: `plugins/Sample/Sample.dll`.</remarks>
internal static class PluginLoader
{
    /// <summary>Those that come with the monitor; they need not be configured.</summary>
    public static string Bundled { get; } = Path.Combine(AppContext.BaseDirectory, "plugins");

    public static PluginCatalog Load(IReadOnlyList<PluginOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (plugins, faults) = (new List<LoadedPlugin>(), new List<PluginFault>());
        foreach (var folder in options.Select(o => o.Folder).OfType<string>().Append(Bundled).Distinct(StringComparer.Ordinal))
        {
            foreach (var file in Files(folder))
            {
                var expected = options.FirstOrDefault(o => o.Folder == folder && o.Name is null)?.Required ?? false;
                try
                {
                    Add(plugins, file, options, expected);
                }
#pragma warning disable CA1031 // A library from elsewhere can throw anything; it is named and the others go on.
                catch (Exception e)
                {
                    var name = Path.GetFileNameWithoutExtension(file);
                    faults.Add(new(name, file, Innermost(e), expected || options.Any(o => o.Required && string.Equals(o.Name, name, StringComparison.OrdinalIgnoreCase))));
                }
#pragma warning restore CA1031
            }
        }

        foreach (var absent in options.Where(o => o.Name is not null && plugins.All(p => p.Name != o.Name) && !faults.Exists(f => string.Equals(f.Name, o.Name, StringComparison.OrdinalIgnoreCase))))
            faults.Add(new(absent.Name!, absent.Folder ?? Bundled, $"there is no such plugin; there is {(plugins.Count == 0 ? "none" : string.Join(", ", plugins.Select(p => p.Name)))}", absent.Required));
        foreach (var absent in options.Where(o => o is { Name: null, Required: true } && !Directory.Exists(o.Folder)))
            faults.Add(new("*", absent.Folder!, "there is no such folder", true));
        return new(plugins, faults);
    }

    private static IEnumerable<string> Files(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        return Directory.EnumerateDirectories(folder).Append(folder)
            .Select(place => Path.Combine(place, Path.GetFileName(Path.TrimEndingDirectorySeparator(place)) + ".dll"))
            .Where(File.Exists).Order(StringComparer.Ordinal);
    }

    private static void Add(List<LoadedPlugin> plugins, string file, IReadOnlyList<PluginOptions> options, bool required)
    {
        var assembly = new PluginLoadContext(file).LoadPlugin();
        var mark = assembly.GetCustomAttribute<MonitorPluginAttribute>()
            ?? throw new InvalidOperationException($"the library names no plugin: it needs [assembly: {nameof(MonitorPluginAttribute)[..^9]}(typeof(…))]");
        if (mark.Contract != PluginContract.Version)
            throw new InvalidOperationException($"it was built against contract {mark.Contract}, and this monitor has {PluginContract.Version}");
        if (Activator.CreateInstance(mark.Plugin) is not IPlugin plugin)
            throw new InvalidOperationException($"{mark.Plugin.FullName} is no {nameof(IPlugin)}");
        if (plugins.Find(p => p.Name == plugin.Name) is { } other)
            throw new InvalidOperationException($"'{plugin.Name}' was loaded from {other.Path} already");
        var own = options.FirstOrDefault(o => o.Name == plugin.Name);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection((own?.Options ?? new Dictionary<string, string>()).Select(o => new KeyValuePair<string, string?>(o.Key, o.Value))).Build();
        plugins.Add(new(plugin, file, assembly.GetName().Version?.ToString(3) ?? "0", configuration) { Required = required || own is { Required: true } });
    }

    private static string Innermost(Exception e) => e is TargetInvocationException { InnerException: { } inner } ? Innermost(inner) : e.Message;
}
