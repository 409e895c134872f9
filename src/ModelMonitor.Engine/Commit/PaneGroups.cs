using System.Buffers;

namespace ModelMonitor.Engine.Commit;

/// <summary>Rows of a batch by the pane and version they are counted in, the rows of each in the batch's order. Rents what it needs: dispose it.</summary>
internal sealed class PaneGroups : IDisposable
{
    private readonly List<Group> _groups = [];
    private readonly int[] _rows;

    /// <param name="keyOf">A row's pane and version; asked once for each row, in order.</param>
    public PaneGroups(ReadOnlySpan<int> rows, Func<int, (long Start, string Version)> keyOf)
    {
        _rows = ArrayPool<int>.Shared.Rent(rows.Length);
        var groupOf = ArrayPool<int>.Shared.Rent(rows.Length);
        var known = new Dictionary<(long, string), int>();
        var last = -1;
        for (var i = 0; i < rows.Length; i++)
        {
            var key = keyOf(rows[i]);
            // Neighbours mostly belong together.
            if (last < 0 || _groups[last].Key != key)
            {
                if (!known.TryGetValue(key, out last))
                {
                    known.Add(key, last = _groups.Count);
                    _groups.Add(new Group(key));
                }
            }

            groupOf[i] = last;
            _groups[last].Count++;
        }

        var next = 0;
        foreach (var group in _groups)
        {
            (group.Begin, group.Filled) = (next, next);
            next += group.Count;
        }

        for (var i = 0; i < rows.Length; i++) _rows[_groups[groupOf[i]].Filled++] = rows[i];
        ArrayPool<int>.Shared.Return(groupOf);
    }

    public int Count => _groups.Count;

    public (long Start, string Version) KeyOf(int group) => _groups[group].Key;

    public ReadOnlySpan<int> RowsOf(int group) => _rows.AsSpan(_groups[group].Begin, _groups[group].Count);

    public void Dispose() => ArrayPool<int>.Shared.Return(_rows);

    private sealed class Group((long Start, string Version) key)
    {
        public (long Start, string Version) Key { get; } = key;

        public int Count { get; set; }

        public int Begin { get; set; }

        public int Filled { get; set; }
    }
}
