using Apache.Arrow;

namespace ModelMonitor.Engine.Intake;

/// <summary>Looks columns up by their exact name. Arrow allows a name to come twice; a column that is looked for must not.</summary>
internal sealed class BatchColumns
{
    private readonly RecordBatch _batch;
    private readonly Dictionary<string, int> _places = [];
    private readonly HashSet<string> _twice = [];

    public BatchColumns(RecordBatch batch)
    {
        _batch = batch;
        for (int i = 0; i < batch.ColumnCount; i++)
        {
            string name = batch.Schema.GetFieldByIndex(i).Name;
            if (!_places.TryAdd(name, i))
            {
                _twice.Add(name);
            }
        }
    }

    /// <summary>Each name once, in the batch's order.</summary>
    public IEnumerable<string> Names => _places.OrderBy(entry => entry.Value).Select(entry => entry.Key);

    /// <summary>Null where the batch has no such column, or no name is given.</summary>
    public IArrowArray? Find(string? name)
    {
        if (name is null || !_places.TryGetValue(name, out int place))
        {
            return null;
        }

        if (_twice.Contains(name))
        {
            throw new IntakeException($"column '{name}' comes more than once", malformed: false);
        }

        IArrowArray column = _batch.Column(place);
        return column.Length == _batch.Length
            ? column
            : throw new IntakeException($"column '{name}' has {column.Length} rows, its batch {_batch.Length}", malformed: true);
    }

    /// <param name="role">What the column is for, where it has no name.</param>
    public IArrowArray Require(string? name, string role) => Find(name)
        ?? throw new IntakeException($"column '{name ?? role}': expected the {role}, got no such column", malformed: false);
}
