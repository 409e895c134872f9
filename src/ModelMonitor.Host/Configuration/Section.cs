namespace ModelMonitor.Host.Configuration;

/// <summary>
/// Reads the keys of one mapping. A value that is wrong is a fault and reads as if it were absent, so that binding goes on and
/// finds the other faults.
/// </summary>
/// <remarks>
/// Only keys of the shape can be read, and <see cref="Close"/> demands that all of them were: a key that is accepted and then
/// ignored would be a lie, so both are errors of the program, not of the user.
/// </remarks>
internal sealed class Section
{
    private const string NoText = "must not be empty, nor hold a NUL";

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly SectionShape _shape;
    private readonly YamlMapping _node;
    private readonly FaultList _faults;

    /// <param name="node">Null, or a null value: the section was left out.</param>
    /// <param name="parent">Where to report what the section lacks when it was left out.</param>
    public Section(SectionShape shape, YamlNode? node, Place parent, string path, FaultList faults)
    {
        _shape = shape;
        _faults = faults;
        if (node is not (null or YamlMapping or { IsNull: true }))
        {
            faults.Add(node.Place, path, $"must be a mapping of {string.Join(", ", shape.Keys.Keys)}; found {node.Found}");
            Malformed = true;
        }

        _node = node as YamlMapping ?? new YamlMapping(node?.Place ?? parent, path);
    }

    /// <summary>Whether something else than a mapping stood here; what is missing in it was said with that.</summary>
    public bool Malformed { get; }

    public string Path => _node.Path;

    public Place Place => _node.Place;

    public bool Has(string key) => _node.Find(key) is { IsNull: false };

    /// <summary>Whether the key stands there at all, be it with a null.</summary>
    public bool Mentions(string key) => _node.Find(key) is not null;

    /// <summary>The value of the key, or null where it is absent or null.</summary>
    public YamlNode? Node(string key)
    {
        if (!_shape.Keys.ContainsKey(key))
            throw new InvalidOperationException($"The key {key} is not in the shape {_shape.Name}.");
        _asked.Add(key);
        return _node.Find(key) is { IsNull: false } node ? node : null;
    }

    public Section Child(string key, SectionShape shape) => new(shape, Node(key), Place, YamlNode.Join(Path, key), _faults);

    /// <summary>As <see cref="Child(string, SectionShape)"/>; where <paramref name="isThere"/> is false, as if the key were not there: it holds something else than a mapping.</summary>
    public Section Child(string key, SectionShape shape, bool isThere) => new(shape, isThere ? Node(key) : null, Place, YamlNode.Join(Path, key), _faults);

    /// <summary>Names that the user chose, with their values; null where the key is absent.</summary>
    public IReadOnlyList<YamlEntry>? Names(string key)
    {
        switch (Node(key))
        {
            case null:
                return null;
            case YamlMapping mapping:
                return mapping.Entries;
            case var other:
                Fault(key, $"must be a mapping of names, found {other.Found}");
                return null;
        }
    }

    /// <summary>A text that is not blank.</summary>
    public string? Text(string key)
    {
        if (Scalar(key, "a single value") is not { } scalar)
            return null;
        if (IsText(scalar))
            return scalar.Text;
        Fault(key, NoText);
        return null;
    }

    public string? RequiredText(string key) => Require(key) ? Text(key) : null;

    /// <summary>One of the words.</summary>
    public string? Word(string key, params string[] words)
    {
        if (Scalar(key, $"one of {string.Join(", ", words)}") is not { } scalar)
            return null;
        if (words.Contains(scalar.Text, StringComparer.Ordinal))
            return scalar.Text;
        Fault(key, $"must be one of {string.Join(", ", words)}; found {scalar.Found}{Suggestion.For(scalar.Text, words)}");
        return null;
    }

    public YamlScalar? Scalar(string key, string what)
    {
        var node = Node(key);
        if (node is not (null or YamlScalar))
            Fault(key, $"must be {what}, found {node.Found}");
        return node as YamlScalar;
    }

    public double? Number(string key) => Value(key, "a number", ValueText.Number, _ => true);

    public double? Number(string key, string what, Func<double, bool> accept) => Value(key, what, ValueText.Number, accept);

    /// <summary>`3 sd`, `3sd` or `3`.</summary>
    public double? StandardDeviations(string key) =>
        Value(key, "a number of standard deviations above 0, such as 3 sd", ValueText.StandardDeviations, value => value > 0);

    public long? Integer(string key, long least) =>
        Value(key, $"a whole number of at least {least}", ValueText.Integer, value => value >= least && value <= int.MaxValue);

    public long? Bytes(string key) => Value(key, "a size such as 512KiB, 64MiB or 1GiB", ValueText.Bytes, value => value > 0);

    /// <summary>A duration of zero or more.</summary>
    public TimeSpan? Duration(string key) => Value(key, ValueText.DurationForm, ValueText.Duration, _ => true);

    public TimeSpan? PositiveDuration(string key) =>
        Value(key, $"{ValueText.DurationForm}, longer than 0", ValueText.Duration, value => value > TimeSpan.Zero);

    /// <summary>The scalars of a list; one alone may stand for itself. Empty where the key is absent.</summary>
    public IReadOnlyList<YamlScalar> List(string key) => Node(key) is { } node ? Items(node, _faults) : [];

    public IReadOnlyList<string> Texts(string key) => [.. List(key).Select(item => item.Text)];

    /// <inheritdoc cref="List"/>
    public static IReadOnlyList<YamlScalar> Items(YamlNode node, FaultList faults)
    {
        var items = new List<YamlScalar>();
        foreach (var item in node is YamlSequence sequence ? sequence.Items : [node])
        {
            if (item is YamlScalar scalar && IsText(scalar))
                items.Add(scalar);
            else
                faults.Add(item.Place, item.Path, item is YamlScalar ? NoText : $"must be a single value, found {item.Found}");
        }

        return items;
    }

    /// <summary>False, and a fault, where the key is absent.</summary>
    public bool Require(string key)
    {
        var has = Node(key) is not null;
        if (!has && !Malformed)
            Fault(key, "is required");
        return has;
    }

    public void Fault(string key, string message) => _faults.Add(PlaceOf(key), YamlNode.Join(Path, key), message);

    public Place PlaceOf(string key) => _node.Find(key)?.Place ?? Place;

    /// <summary>Call it when all keys were read: what is left over is unknown.</summary>
    public void Close()
    {
        if (!_asked.SetEquals(_shape.Keys.Keys))
            throw new InvalidOperationException($"Not every key of {_shape.Name} was read: {string.Join(", ", _shape.Keys.Keys.Except(_asked))}.");
        foreach (var entry in _node.Entries.Where(entry => !_shape.Keys.ContainsKey(entry.Key)))
            _faults.Add(entry.KeyPlace, YamlNode.Join(Path, entry.Key), $"is no known key{Suggestion.For(entry.Key, _shape.Keys.Keys)}");
    }

    private T? Value<T>(string key, string what, Func<string, T?> read, Func<T, bool> accept)
        where T : struct
    {
        if (Scalar(key, what) is not { } scalar)
            return null;
        if (read(scalar.Text) is { } value && accept(value))
            return value;
        Fault(key, $"must be {what}, found {scalar.Found}");
        return null;
    }

    /// <summary>Neither blank nor with a NUL, which no path can hold.</summary>
    private static bool IsText(YamlScalar scalar) => !scalar.IsNull && !string.IsNullOrWhiteSpace(scalar.Text) && !scalar.Text.Contains('\0');
}
