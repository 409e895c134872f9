namespace ModelMonitor.Core.Kernels;

/// <summary>The bins of many values among many, nearly equidistant edges, without a branch that depends on a value.</summary>
/// <remarks>
/// Equal cells say how many edges lie below a value's cell; the edges of the cell itself, a few at most, are compared with. Exact whatever the
/// rounding: a value's cell never falls as the value rises, so edges of lower cells lie below the value and those of higher cells do not.
/// </remarks>
internal sealed class ScoreCells
{
    private const int CellsPerEdge = 2;
    private const int MostSteps = 4;

    private readonly double[] _edges;
    private readonly int[] _first;
    private readonly double _low;
    private readonly double _scale;
    private readonly int _steps;

    private ScoreCells(ReadOnlySpan<double> edges, double scale)
    {
        var cells = CellsPerEdge * edges.Length;
        (_low, _scale) = (edges[0], scale);
        _first = new int[cells + 1];
        foreach (var edge in edges) _first[CellOf(edge, _first.Length)]++;
        var below = 0;
        for (var cell = 0; cell < _first.Length; cell++)
        {
            _steps = Math.Max(_steps, _first[cell]);
            (_first[cell], below) = (below, below + _first[cell]);
        }

        // Behind the last edge nothing is below a value.
        _edges = new double[edges.Length + MostSteps];
        _edges.AsSpan().Fill(double.PositiveInfinity);
        edges.CopyTo(_edges);
    }

    /// <summary>Null where a cell would hold more than a few edges: then binary search is better.</summary>
    /// <param name="edges">Strictly ascending, finite.</param>
    public static ScoreCells? TryMake(ReadOnlySpan<double> edges)
    {
        if (edges.Length < 2) return null;
        var scale = CellsPerEdge * edges.Length / (edges[^1] - edges[0]);
        if (!double.IsFinite(scale) || scale == 0) return null;
        var cells = new ScoreCells(edges, scale);
        return cells._steps <= MostSteps ? cells : null;
    }

    /// <param name="values">Not NaN.</param>
    /// <param name="bins">For each value the number of edges below it.</param>
    public void BinsOf(ReadOnlySpan<double> values, Span<int> bins)
    {
        var (edges, first) = (_edges, _first);
        bins = bins[..values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            var bin = first[CellOf(value, first.Length)];
            // Ascending edges: no later one lies below where an earlier one does not, so each may be looked at from where the last left off.
            for (var step = 0; step < _steps; step++) bin += edges[bin] < value ? 1 : 0;
            bins[i] = bin;
        }
    }

    /// <summary>Clamped as a number: beyond the ends, infinities too, are the outer cells.</summary>
    private int CellOf(double value, int cells) => (int)Math.Min(Math.Max((value - _low) * _scale, 0), cells - 1);
}
