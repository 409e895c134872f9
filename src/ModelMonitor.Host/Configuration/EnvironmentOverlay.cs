namespace ModelMonitor.Host.Configuration;

/// <summary>Lays environment variables such as `MODELMONITOR__LISTEN__HTTP=0.0.0.0:9464` over the file's tree.</summary>
/// <remarks>
/// <para>`__` separates keys; each is matched without regard to case, first against what the file has, then against what the
/// section knows. Variables cannot hold every character that a name can, so `_` also stands for `-` and `.`.</para>
/// <para>A variable that names nothing known is put into the tree all the same where the section has fixed keys: the binder then
/// reports it like any unknown key. Names that the user chooses (models, windows …) can be replaced, or added as a whole; a deeper
/// path into a name that does not exist is a fault here, for it is a slip of the pen.</para>
/// </remarks>
internal sealed class EnvironmentOverlay(FaultList faults)
{
    public const string Prefix = "MODELMONITOR__";

    private readonly Dictionary<YamlNode, string> _set = new(ReferenceEqualityComparer.Instance);

    /// <summary>Applies shorter paths first, so that `…__LISTEN` and `…__LISTEN__HTTP` can be given together.</summary>
    public void Apply(YamlMapping root, IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment
            .Where(pair => pair.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.Key.Split("__").Length)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Apply(root, name, value);
        }
    }

    private void Apply(YamlMapping root, string name, string value)
    {
        var place = Place.OfVariable(name);
        var keys = name[Prefix.Length..].Split("__");
        if (Array.Exists(keys, key => key.Length == 0))
        {
            faults.Add(place, "", "names no key: keys stand between pairs of underscores, as in MODELMONITOR__LISTEN__HTTP");
            return;
        }

        var (mapping, shape) = (root, (Shape)Shapes.Monitor);
        foreach (var key in keys[..^1])
        {
            if (Resolve(mapping, shape, key, place) is not { } found || !MayDescend(mapping, shape, found, place))
                return;
            mapping = Descend(mapping, found, place);
            shape = Inner(shape, found);
        }

        if (Resolve(mapping, shape, keys[^1], place) is { } last && Read(value, place, YamlNode.Join(mapping.Path, last)) is { } node)
            Set(mapping, last, node, name);
    }

    private void Set(YamlMapping mapping, string key, YamlNode node, string name)
    {
        if (mapping.Find(key) is { } before && _set.TryGetValue(before, out var other))
            faults.Add(node.Place, node.Path, $"is set by {other} too");
        _set[node] = name;
        mapping.Set(new(key, node.Place, node));
    }

    /// <summary>The key as it is written in the file or known to the section, or else in lower case; null, and a fault, where several could be meant.</summary>
    private string? Resolve(YamlMapping mapping, Shape shape, string key, Place place)
    {
        var known = shape switch
        {
            SectionShape section => section.Keys.Keys,
            NamesShape names => names.Known,
            _ => [],
        };
        string[] candidates = [.. mapping.Entries.Select(entry => entry.Key), .. known];
        foreach (var same in (Func<string, bool>[])
            [
                other => other == key,
                other => string.Equals(other, key, StringComparison.OrdinalIgnoreCase),
                other => string.Equals(Folded(other), Folded(key), StringComparison.OrdinalIgnoreCase),
            ])
        {
            string[] found = [.. candidates.Where(same).Distinct(StringComparer.Ordinal)];
            if (found.Length == 1)
                return found[0];
            if (found.Length > 1)
            {
                faults.Add(place, mapping.Path, $"'{key}' could mean any of {string.Join(", ", found)}");
                return null;
            }
        }

        return key.ToLowerInvariant();
    }

    private bool MayDescend(YamlMapping mapping, Shape shape, string key, Place place)
    {
        if (shape is not NamesShape || mapping.Find(key) is not null)
            return true;
        var names = mapping.Entries.Select(entry => entry.Key);
        faults.Add(place, YamlNode.Join(mapping.Path, key), $"is not in the file, and a part of it cannot be set alone{Suggestion.For(key, names)}");
        return false;
    }

    /// <summary>The mapping under the key. A value there (`join: all`) or nothing gives way to a mapping that this variable begins.</summary>
    private static YamlMapping Descend(YamlMapping mapping, string key, Place place)
    {
        if (mapping.Find(key) is YamlMapping inner)
            return inner;
        var begun = new YamlMapping(place, YamlNode.Join(mapping.Path, key));
        mapping.Set(new(key, place, begun));
        return begun;
    }

    private static Shape Inner(Shape shape, string key) => shape switch
    {
        SectionShape section => section.Keys.GetValueOrDefault(key, LeafShape.Instance),
        NamesShape names => names.Each,
        _ => LeafShape.Instance,
    };

    /// <summary>
    /// Lists, mappings and quoted texts are YAML. Everything else is taken as it stands: a shell's user does not expect
    /// `*:9464` to be an alias, nor ` #` to begin a comment.
    /// </summary>
    private YamlNode? Read(string value, Place place, string path)
    {
        var text = value.Trim();
        if (text.Length == 0 || text[0] is not ('[' or '{' or '"' or '\'') && !text.Contains('\n', StringComparison.Ordinal))
            return new YamlScalar(place, path, text, plain: true);
        try
        {
            return YamlTree.ParseValue(text, place, path);
        }
        catch (YamlTreeException error)
        {
            faults.Add(error.Fault.Place, error.Fault.Path, error.Fault.Message);
            return null;
        }
    }

    private static string Folded(string key) => key.Replace('-', '_').Replace('.', '_');
}
