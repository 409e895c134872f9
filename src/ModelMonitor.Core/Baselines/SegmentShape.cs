namespace ModelMonitor.Core.Baselines;

/// <summary>How rows are cut into slices: columns, the values of each that have a slice of their own, and which columns are watched within a slice.</summary>
/// <param name="Columns">Each row lies in one slice of every column.</param>
/// <param name="Features">Names of watched columns whose drift slices keep too.</param>
/// <param name="Limit">How many values of a column may have a slice of their own.</param>
public sealed record SegmentShape(IReadOnlyList<SegmentColumn> Columns, IReadOnlyList<string> Features, int Limit)
{
    public static readonly SegmentShape None = new([], [], 0);

    /// <summary>`column=value` of every slice there can be, in order.</summary>
    public IEnumerable<string> Keys => Columns.SelectMany(column => column.Keys);
}

/// <summary>A column that rows are sliced by, with the values that have a slice of their own; every other value, seen or not, is pooled.</summary>
public sealed class SegmentColumn
{
    /// <summary>The slice of all values that have none of their own. A value of this very name lies there too.</summary>
    public const string Other = "other";

    /// <summary>What rows without a value are called.</summary>
    public const string Missing = "(missing)";

    private readonly Dictionary<string, int> _places;

    /// <param name="values">As the data's canonical text has them, the most frequent first.</param>
    public SegmentColumn(string name, IEnumerable<string> values)
    {
        Name = name;
        Values = [.. values.Where(value => value != Other)];
        _places = Values.Select((value, place) => (value, place)).ToDictionary(v => v.value, v => v.place, StringComparer.Ordinal);
        Keys = [.. Values.Append(Other).Select(value => $"{name}={value}")];
    }

    public string Name { get; }

    public IReadOnlyList<string> Values { get; }

    /// <summary>`column=value` by place; the last is that of the pooled values.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The slice of a value: its place among <see cref="Values"/>, or one behind the last.</summary>
    /// <param name="value">Null: missing.</param>
    public int PlaceOf(string? value) => _places.GetValueOrDefault(value ?? Missing, Values.Count);
}
