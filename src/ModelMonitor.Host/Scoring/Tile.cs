namespace ModelMonitor.Host.Scoring;

/// <summary>Rows of a batch on their way into one input's tensor.</summary>
/// <param name="widths">Places that each column takes.</param>
/// <param name="width">Numbers per row.</param>
/// <param name="rows">Rows of the tensor, at least <paramref name="count"/>.</param>
/// <param name="start">The first row to take.</param>
/// <param name="count">How many rows to take.</param>
internal readonly ref struct Tile(InputPlan input, ReadOnlySpan<int> widths, int width, int rows, int start, int count, UnscorableRows unscorable)
{
    public InputPlan Input { get; } = input;

    public ReadOnlySpan<int> Widths { get; } = widths;

    public int Width { get; } = width;

    public int Rows { get; } = rows;

    public int Start { get; } = start;

    public int Count { get; } = count;

    public UnscorableRows Unscorable { get; } = unscorable;

    /// <summary>The column that fills a place of a row.</summary>
    public string ColumnAt(int place)
    {
        var column = 0;
        for (; place >= Widths[column]; column++) place -= Widths[column];
        return Input.Columns[column];
    }
}
