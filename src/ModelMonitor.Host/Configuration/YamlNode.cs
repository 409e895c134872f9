namespace ModelMonitor.Host.Configuration;

/// <summary>A node of the file with its place, and the keys that lead to it.</summary>
internal abstract class YamlNode(Place place, string path)
{
    public Place Place { get; } = place;

    public string Path { get; } = path;

    /// <summary>Whether the value was left empty or written as `null` or `~`: as if the key were not there.</summary>
    public virtual bool IsNull => false;

    /// <summary>What was found, for a fault.</summary>
    public abstract string Found { get; }

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}

/// <summary>A single value as it was written. Plain: without quotes, so that `true` and `1` are no text.</summary>
internal sealed class YamlScalar(Place place, string path, string text, bool plain) : YamlNode(place, path)
{
    private const int Shown = 60;

    public string Text { get; } = text;

    public bool Plain { get; } = plain;

    public override bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Found => Text.Length <= Shown ? $"'{Text}'" : $"'{Text[..Shown]}…'";
}

internal sealed class YamlSequence(Place place, string path, IReadOnlyList<YamlNode> items) : YamlNode(place, path)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Found => "a list";
}

/// <summary>Keys and values in the order of the file. Keys are unique.</summary>
internal sealed class YamlMapping(Place place, string path) : YamlNode(place, path)
{
    private readonly List<YamlEntry> _entries = [];

    public IReadOnlyList<YamlEntry> Entries => _entries;

    public override string Found => "a mapping";

    public YamlNode? Find(string key) => _entries.Find(entry => entry.Key == key)?.Value;

    /// <summary>Adds the key at the end, or replaces its value where it stands.</summary>
    public void Set(YamlEntry entry)
    {
        var at = _entries.FindIndex(other => other.Key == entry.Key);
        if (at < 0)
            _entries.Add(entry);
        else
            _entries[at] = entry;
    }
}

internal sealed record YamlEntry(string Key, Place KeyPlace, YamlNode Value);
