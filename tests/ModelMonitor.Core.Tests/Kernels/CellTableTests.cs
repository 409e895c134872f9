using CsCheck;
using ModelMonitor.Core.Kernels;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Kernels;

public sealed class CellTableTests
{
    [Fact]
    public void A_table_of_cells_finds_the_bin_that_counting_edges_finds() =>
        Column.Edges.Where(e => e.Length >= 2).SelectMany(edges => Gen.Select(Gen.Const(edges), Column.Of<double>(edges))).Sample((edges, values) =>
        {
            var table = new CellTable(edges);
            foreach (var value in values.Where(v => !double.IsNaN(v)).Take(200)) Assert.Equal(edges.Count(e => e < value), table.BinOf(value));
        });

    [Fact]
    public void Scores_on_and_beside_every_edge_of_the_score_histogram_are_counted_where_binary_search_finds_them() =>
        Gen.Select(Gen.Double[-2, 0.4], Gen.Double[0.5, 3], Gen.Double[0, 1]).Sample((low, high, threshold) =>
        {
            var edges = new ScoreBins(low, high, [], threshold).Edges;
            var sorted = edges.Values.ToArray();
            foreach (var edge in sorted)
            {
                foreach (var value in new[] { Math.BitDecrement(edge), edge, Math.BitIncrement(edge), (float)edge })
                {
                    var found = Array.BinarySearch(sorted, value);
                    Assert.Equal(found >= 0 ? found : ~found, edges.BinOf(value));
                }
            }
        }, iter: 30);
}
