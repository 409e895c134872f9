namespace ModelMonitor.Host.Init;

/// <summary>What a column is, as far as a guess needs to know.</summary>
internal enum ColumnKind
{
    Whole,
    Number,
    Text,
    Truth,
    Time,

    /// <summary>A list of numbers per row.</summary>
    Vector,

    /// <summary>Nothing that can be watched.</summary>
    Other,
}

/// <summary>A column of a data file.</summary>
/// <param name="Width">Of a vector whose length its type says.</param>
internal sealed record ColumnFacts(string Name, ColumnKind Kind, int? Width = null)
{
    /// <summary>Up to so many values are listed.</summary>
    public const int MostValues = 100;

    public long Rows { get; init; }

    /// <summary>Rows that have a value.</summary>
    public long Filled { get; init; }

    /// <summary>Different values; 0 where they were not counted (vectors, others).</summary>
    public int Distinct { get; init; }

    /// <summary>The values by their canonical text, whole numbers in order, texts by ordinal; empty where there are too many.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Of a time, in microseconds of UTC.</summary>
    public (long First, long Last)? Span { get; init; }

    /// <summary>Every row has a value, and no two the same.</summary>
    public bool IsUnique => Rows > 1 && Filled == Rows && Distinct == Rows;
}

/// <summary>What the first rows of a data file say.</summary>
/// <param name="IsWhole">Every row was read.</param>
internal sealed record DataFacts(string Path, long Rows, bool IsWhole, IReadOnlyList<ColumnFacts> Columns)
{
    public ColumnFacts? Find(string name) => Columns.FirstOrDefault(column => column.Name == name);

    public bool Has(string name) => Find(name) is not null;
}
