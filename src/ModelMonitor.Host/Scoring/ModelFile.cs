using System.Security.Cryptography;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>An ONNX file, read once: what is hashed is what scores. Weights in files beside it are found, but not hashed.</summary>
internal sealed record ModelFile(string Path, byte[] Bytes)
{
    /// <summary>Lower-case hex.</summary>
    public string Sha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(Bytes));

    /// <summary>Where weights outside of the file are looked for.</summary>
    public string Folder { get; } = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;

    /// <exception cref="ScoringException">One line: it is absent, or cannot be read.</exception>
    public static ModelFile Read(string path)
    {
        try
        {
            return new(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ScoringException($"{path}: no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ScoringException($"{path}: cannot be read: {OrtErrors.OneLine(e)}", e);
        }
    }
}
