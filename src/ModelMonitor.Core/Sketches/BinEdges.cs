using System.Numerics;
using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Core.Sketches;

/// <summary>Strictly ascending finite edges; bin i holds the values in (edge[i−1], edge[i]], the first and last bin are open to ∓∞.</summary>
public sealed class BinEdges
{
    /// <summary>Edges from which on a table of cells is worth its memory.</summary>
    private const int ManyEdges = 1024;

    private readonly double[] _edges;
    private CellTable? _cells;
    private Binning<float>? _floats;
    private Binning<double>? _doubles;

    /// <exception cref="ArgumentException">Edges are not finite or not strictly ascending.</exception>
    public BinEdges(IEnumerable<double> edges)
    {
        _edges = [.. edges];
        for (var i = 0; i < _edges.Length; i++)
        {
            if (!double.IsFinite(_edges[i])) throw new ArgumentException($"Edge {i} is {_edges[i]}; edges are finite.", nameof(edges));
            if (i > 0 && !(_edges[i] > _edges[i - 1])) throw new ArgumentException($"Edge {i} ({_edges[i]}) is not above the one before it.", nameof(edges));
        }
    }

    public ReadOnlySpan<double> Values => _edges;

    public int Bins => _edges.Length + 1;

    /// <summary>The number of edges below <paramref name="value"/>. Not defined for NaN, which is no value.</summary>
    public int BinOf(double value)
    {
        var edges = _edges;
        if (edges.Length >= ManyEdges) return (_cells ??= new CellTable(edges)).BinOf(value);
        int low = 0, high = edges.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (edges[middle] < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The kernel for columns of a type: float or double. Made when first asked for.</summary>
    internal Binning<T> BinningOf<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        (Binning<T>)(object)(typeof(T) == typeof(float) ? _floats ??= new Binning<float>(_edges) : (object)(_doubles ??= new Binning<double>(_edges)));

    /// <summary>The edge that turns `value ≥ threshold` into `value above the edge`: the greatest float64 below the threshold.</summary>
    public static double AtOrAbove(double threshold) => Math.BitDecrement(threshold);
}
