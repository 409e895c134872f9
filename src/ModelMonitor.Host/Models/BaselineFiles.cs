namespace ModelMonitor.Host.Models;

/// <summary>Where baselines lie that the monitor made itself.</summary>
internal static class BaselineFiles
{
    public static string Remembered(string stateFolder, string model) => Path.Combine(stateFolder, "baselines", $"{model}.json");

    /// <summary>Writes one, whole or not at all.</summary>
    public static void Keep(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, text);
    }
}
