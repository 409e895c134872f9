using System.Runtime.CompilerServices;

namespace ModelMonitor.Core.Kernels;

/// <summary>The bin of a value among very many edges: equal cells say where to begin, and few edges are left to compare with.</summary>
/// <remarks>
/// Exact whatever the rounding: a value's cell never falls as the value rises, so every edge of a lower cell lies below the value and
/// every edge of a higher one does not. Made for the score histogram, whose edges are nearly equidistant: a step or two.
/// </remarks>
internal sealed class CellTable
{
    private const int CellsPerEdge = 2;

    private readonly double[] _edges;
    private readonly int[] _first;
    private readonly double _low;
    private readonly double _scale;

    /// <param name="edges">Strictly ascending, at least two.</param>
    public CellTable(double[] edges)
    {
        // Above the last edge nothing is.
        _edges = [.. edges, double.PositiveInfinity];
        var cells = CellsPerEdge * edges.Length;
        _low = edges[0];
        // Edges at both ends of float64 have no width: all fall into the first cell, and are compared one by one.
        _scale = cells / (edges[^1] - edges[0]);
        if (!double.IsFinite(_scale)) _scale = 0;
        _first = new int[cells + 1];
        foreach (var edge in edges) _first[CellOf(edge)]++;
        var below = 0;
        for (var cell = 0; cell < _first.Length; cell++) (_first[cell], below) = (below, below + _first[cell]);
    }

    /// <summary>The number of edges below the value, which is not NaN.</summary>
    public int BinOf(double value)
    {
        var bin = _first[CellOf(value)];
        // Most cells have one edge or none: the first comparison is a coin's toss and no branch, the next one nearly always ends it.
        bin += Unsafe.BitCast<bool, byte>(_edges[bin] < value);
        while (_edges[bin] < value) bin++;
        return bin;
    }

    /// <summary>Clamped as a number: beyond the ends, infinities too, are the outer cells.</summary>
    private int CellOf(double value) => (int)double.MinNative(double.MaxNative((value - _low) * _scale, 0), _first.Length - 1);
}
