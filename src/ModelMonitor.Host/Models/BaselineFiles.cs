namespace ModelMonitor.Host.Models;

/// <summary>Where baselines lie that the monitor made itself.</summary>
internal static class BaselineFiles
{
    public static string Remembered(string stateFolder, string model) => Path.Combine(stateFolder, "baselines", $"{model}.json");

    /// <summary>Of a challenger. A version may hold what a file's name may not.</summary>
    public static string Remembered(string stateFolder, string model, string version) => Path.Combine(stateFolder, "baselines", $"{model}@{Uri.EscapeDataString(version)}.json");

    /// <summary>Writes one, whole or not at all.</summary>
    public static void Keep(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, text);
    }
}
