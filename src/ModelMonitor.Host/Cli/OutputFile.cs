using ModelMonitor.Host.Models;

namespace ModelMonitor.Host.Cli;

/// <summary>Files that a command writes: whole, or not at all with one line that says why.</summary>
internal static class OutputFile
{
    /// <summary>What can be told beforehand.</summary>
    /// <param name="option">That names the file, for the message.</param>
    /// <param name="path">Null: nothing will be written.</param>
    /// <exception cref="CliException">It could not be written.</exception>
    public static void Check(string option, string? path)
    {
        if (path is null) return;
        if (path.Length == 0) throw new CliException($"{option}: a file must be named");
        if (Directory.Exists(path)) throw new CliException($"{option}: {path} is a folder");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder)) throw new CliException($"{option}: {path} cannot be written: there is no folder {folder}");
    }

    /// <exception cref="CliException">It cannot be written.</exception>
    public static void Write(string option, string path, string text)
    {
        try
        {
            AtomicFile.Write(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CliException($"{option}: {path} cannot be written: {e.Message}");
        }
    }
}
