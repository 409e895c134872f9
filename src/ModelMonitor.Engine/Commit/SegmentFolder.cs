using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Commit;

/// <summary>Cuts the rows of a decoded batch into slices, and adds each slice to its own sums.</summary>
internal sealed class SegmentFolder
{
    private readonly BaselineShape _shape;
    private readonly BaselineShape _slice;
    private readonly DecodedBatch _batch;
    private readonly int[][] _places;

    /// <param name="shape">Of the whole.</param>
    /// <param name="batch">Decoded by a schema that knows the columns to slice by.</param>
    public SegmentFolder(BaselineShape shape, DecodedBatch batch)
    {
        (_shape, _slice) = (shape, shape.OfSegment());
        // Columns that are missing or unknown are a finding about the whole.
        _batch = batch with { Features = [.. shape.SegmentFeatures.Select(place => batch.Features[place])], ExtraColumns = [], MissingColumns = [] };
        _places = [.. shape.Segments.Columns.Select((column, i) => Places(column, batch.Segments[i], batch.Rows))];
    }

    /// <summary>The row's slice of each column, by place.</summary>
    public IReadOnlyList<int> PlacesOf(int row) => _places.Length == 0 ? [] : [.. _places.Select(places => places[row])];

    /// <summary>Rows by slice, in the order of the shape's keys.</summary>
    public IEnumerable<(string Key, int[] Rows)> Slices(IReadOnlyList<int> rows)
    {
        for (var c = 0; c < _places.Length; c++)
        {
            var (places, column) = (_places[c], _shape.Segments.Columns[c]);
            foreach (var group in rows.GroupBy(row => places[row]).OrderBy(group => group.Key)) yield return (column.Keys[group.Key], [.. group]);
        }
    }

    /// <summary>Adds rows to the sums of their slices.</summary>
    /// <param name="into">The sums of a slice, by its key, on the shape of slices.</param>
    public void Fold(ReadOnlySpan<double> scores, IReadOnlyList<int> rows, Func<string, BaselineShape, PaneState> into)
    {
        foreach (var (key, slice) in Slices(rows)) Folder.Fold(_batch, scores, slice, _slice, into(key, _slice));
    }

    private static int[] Places(SegmentColumn column, CategoryColumn? values, int rows)
    {
        var places = new int[rows];
        if (values is null)
        {
            Array.Fill(places, column.PlaceOf(null));
            return places;
        }

        // A name is looked up once a batch, not once a row.
        var missing = column.PlaceOf(null);
        var placeOf = values.Names.Select(column.PlaceOf).ToArray();
        var codes = values.Codes.Span;
        for (var row = 0; row < rows; row++) places[row] = codes[row] < 0 ? missing : placeOf[codes[row]];
        return places;
    }
}
