using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds one entry of `actions`. Whether the hook is there, and what it says of its options, is known when plugins are loaded.</summary>
internal static class ActionBinder
{
    public static ActionOptions? Bind(YamlEntry entry, BindingContext context)
    {
        context.CheckName(entry);
        var section = new Section(Shapes.Action, entry.Value, entry.KeyPlace, entry.Value.Path, context.Faults);
        var hook = section.RequiredText("hook");
        var defaults = new ActionOptions { Name = entry.Key, Hook = hook ?? "" };
        var url = Url(section, required: hook == "webhook");
        var command = section.Texts("command");
        if (hook == "command" && command.Count == 0)
            section.Fault("command", "is required for the hook command: a program and its arguments");
        var options = defaults with
        {
            Url = url,
            Secret = section.Text("secret"),
            Command = command,
            Timeout = section.PositiveDuration("timeout") ?? defaults.Timeout,
            Cooldown = section.Duration("cooldown") ?? TimeSpan.Zero,
            Budget = (int)(section.Integer("budget", 1) ?? defaults.Budget),
            Options = Values(section, context.Faults),
        };
        if (hook is not null and not "webhook" && section.Has("secret"))
            section.Fault("secret", "is what a webhook is signed with");
        if (hook is not null and not "command" && section.Has("command"))
            section.Fault("command", "has a meaning for the hook command only");
        section.Close();
        return hook is null || (hook == "webhook" && url is null) ? null : options;
    }

    /// <summary>`options`: names that a plugin gives, with single values.</summary>
    public static IReadOnlyDictionary<string, string> Values(Section section, FaultList faults)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in section.Names("options") ?? [])
        {
            if (option.Value is YamlScalar { IsNull: false } scalar)
                options[option.Key] = scalar.Text;
            else
                faults.Add(option.Value.Place, option.Value.Path, $"must be a single value, found {option.Value.Found}");
        }

        return options;
    }

    /// <summary>The address under `url`; null where it is absent or none.</summary>
    public static Uri? Url(Section section, bool required)
    {
        if ((required ? section.RequiredText("url") : section.Text("url")) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0)
            return url;
        // The value is not repeated: such URLs often carry a secret.
        section.Fault("url", "must be an absolute http:// or https:// URL");
        return null;
    }
}
