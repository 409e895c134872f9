using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>The rows of a tile that cannot be scored, and why the first of the batch cannot.</summary>
internal sealed class UnscorableRows
{
    private bool[] rows = [];
    private int start;

    /// <summary>Of the whole batch.</summary>
    public UnscoredRow? First { get; private set; }

    /// <summary>Whether any row of the tile is marked.</summary>
    public bool Any { get; private set; }

    public bool this[int row] => rows[row];

    public void BeginBatch() => First = null;

    /// <param name="first">The tile's first row in the batch.</param>
    public void BeginTile(int first, int count)
    {
        (start, Any) = (first, false);
        if (rows.Length < count) rows = new bool[count];
        else rows.AsSpan(0, count).Clear();
    }

    /// <param name="why">Only asked for the first row of a batch.</param>
    public void Mark<T>(int row, string column, T about, Func<T, string> why)
    {
        (rows[row], Any) = (true, true);
        if (First is null || First.Row > start + row) First = new(column, start + row, why(about));
    }
}
