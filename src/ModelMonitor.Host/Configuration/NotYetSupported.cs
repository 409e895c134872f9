namespace ModelMonitor.Host.Configuration;

/// <summary>
/// What the file's language has and this version does not do. To accept it would be a silent lie, so each is one fault. A step
/// that builds a part deletes its line here.
/// </summary>
internal static class NotYetSupported
{
    public const string Refusal = "is not supported by this version";

    /// <summary>Bounded, so that a link to a folder above does not run in circles.</summary>
    private static readonly EnumerationOptions s_deep = new() { RecurseSubdirectories = true, MaxRecursionDepth = 4 };

    public static bool IsHook(string hook) => hook != "webhook";

    /// <summary>A state that is more than a folder: a plugin's.</summary>
    public static bool IsState(YamlNode state) => state is YamlMapping;

    /// <summary>Folders that are absent or hold no library change nothing, so they may be named already.</summary>
    public static bool IsPluginFolder(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.dll", s_deep).Any();
}
