namespace ModelMonitor.Host.Configuration;

/// <summary>
/// What the file's language has and this version does not do. To accept it would be a silent lie, so each is one fault. A step
/// that builds a part deletes its line here.
/// </summary>
internal static class NotYetSupported
{
    public const string Refusal = "is not supported by this version";

    /// <summary>A state that is more than a folder: a plugin's.</summary>
    public static bool IsState(YamlNode state) => state is YamlMapping;
}
