using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds one entry of `actions`.</summary>
internal static class ActionBinder
{
    public static ActionOptions? Bind(YamlEntry entry, BindingContext context)
    {
        context.CheckName(entry);
        var section = new Section(Shapes.Action, entry.Value, entry.KeyPlace, entry.Value.Path, context.Faults);
        var hook = section.RequiredText("hook");
        if (hook is not null && NotYetSupported.IsHook(hook))
            section.Fault("hook", $"'{hook}' {NotYetSupported.Refusal}; there is webhook");
        var url = Url(section);
        var cooldown = section.Duration("cooldown") ?? TimeSpan.Zero;
        section.Close();
        return hook is null || url is null ? null : new() { Name = entry.Key, Hook = hook, Url = url, Cooldown = cooldown };
    }

    private static Uri? Url(Section section)
    {
        if (section.RequiredText("url") is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0)
            return url;
        // The value is not repeated: such URLs often carry a secret.
        section.Fault("url", "must be an absolute http:// or https:// URL");
        return null;
    }
}
