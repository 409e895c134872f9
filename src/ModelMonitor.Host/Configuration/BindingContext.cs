namespace ModelMonitor.Host.Configuration;

/// <summary>What the binding of every section needs beside its own keys.</summary>
/// <param name="Folder">The file's folder, absolute: relative paths start there.</param>
/// <param name="CheckFiles">Whether a file that is named must exist.</param>
internal sealed record BindingContext(string Folder, bool CheckFiles, FaultList Faults)
{
    public string Resolve(string path) => System.IO.Path.GetFullPath(path, Folder);

    /// <summary>A path from the section, resolved; a fault where the file must exist and does not.</summary>
    public string? File(Section section, string key, bool required = false)
    {
        if ((required ? section.RequiredText(key) : section.Text(key)) is not { } text)
            return null;
        var path = Resolve(text);
        if (CheckFiles && !System.IO.File.Exists(path))
            section.Fault(key, $"there is no file {path}");
        return path;
    }

    /// <summary>A fault where the name cannot be part of a URL or a label.</summary>
    public void CheckName(YamlEntry entry)
    {
        if (!ValueText.IsName(entry.Key))
            Faults.Add(entry.KeyPlace, entry.Value.Path, "a name consists of letters A-Z and a-z, digits, '_', '-' and '.'");
    }
}
