using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds `plugins`: folders, or mappings for what one plugin is told.</summary>
internal static class PluginBinder
{
    public static IReadOnlyList<PluginOptions> Bind(Section monitor, BindingContext context)
    {
        if (monitor.Node("plugins") is not { } node) return [];
        var plugins = new List<PluginOptions>();
        foreach (var item in node is YamlSequence list ? list.Items : [node])
        {
            var plugin = item is YamlMapping ? Mapping(item, context)
                : Section.Items(item, context.Faults) is [var folder] ? new PluginOptions { Folder = context.Resolve(folder.Text) } : null;
            if (plugin is null) continue;
            if (plugin.Name is not null && plugins.Exists(p => p.Name == plugin.Name)) context.Faults.Add(item.Place, item.Path, $"'{plugin.Name}' is named more than once");
            plugins.Add(plugin);
        }

        return plugins;
    }

    private static PluginOptions? Mapping(YamlNode item, BindingContext context)
    {
        var section = new Section(Shapes.Plugin, item, item.Place, item.Path, context.Faults);
        var (name, folder) = (section.Text("name"), section.Text("folder"));
        if (name is null && folder is null) section.Fault("name", "is required, or a folder");
        var required = section.Word("required", "true", "false") == "true";
        var options = ActionBinder.Values(section, context.Faults);
        if (name is null && options.Count > 0) section.Fault("options", "need the name of the plugin that gets them");
        section.Close();
        return name is null && folder is null ? null : new() { Name = name, Folder = folder is null ? null : context.Resolve(folder), Required = required, Options = options };
    }
}
