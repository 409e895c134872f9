using System.Numerics;
using CsCheck;
using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Core.Tests.Kernels;

public sealed class BinningTests
{
    [Fact]
    public void A_float32_column_is_counted_as_its_naive_twin_counts_it_in_float64() => Agrees<float>();

    [Fact]
    public void A_float64_column_is_counted_as_its_naive_twin_counts_it() => Agrees<double>();

    [Fact]
    public void Every_width_of_registers_finds_the_same_leaves() =>
        Column.Edges.Where(e => e.Length <= EdgeTree<float>.MaxEdges).SelectMany(edges => Gen.Select(Gen.Const(edges), Column.Of<float>(edges), Column.Of<double>(edges))).Sample((edges, floats, doubles) =>
        {
            Same([.. edges.Select(Rounded.Down<float>)], floats);
            Same(edges, doubles);
        });

    [Fact]
    public void An_edge_rounded_down_to_float32_says_of_every_float32_what_the_edge_says() =>
        Gen.Select(Gen.OneOf(Gen.Double, Gen.Double[-2, 2], Gen.Float.Select(f => (double)f)), Gen.Float, Gen.Int[-2, 2]).Sample((edge, any, near) =>
        {
            if (!double.IsFinite(edge)) return;
            var value = (float)edge;
            for (var i = 0; i < Math.Abs(near); i++) value = near < 0 ? float.BitDecrement(value) : float.BitIncrement(value);
            foreach (var x in new[] { any, value, float.PositiveInfinity, float.NegativeInfinity, -0.0f })
            {
                Assert.Equal(x > edge, x > Rounded.Down<float>(edge));
                Assert.Equal(x < edge, x < Rounded.Up<float>(edge));
            }
        });

    [Fact]
    public void Counting_in_parts_adds_up() =>
        Column.Edges.SelectMany(edges => Gen.Select(Gen.Const(edges), Column.Of<float>(edges), Gen.Int[0, 6000])).Sample((edges, values, cut) =>
        {
            var binning = new Binning<float>(edges);
            var (whole, parts) = (new long[edges.Length + 1], new long[edges.Length + 1]);
            var missing = binning.Count(values, whole);
            cut = Math.Min(cut, values.Length);
            // The second part begins anywhere: nothing relies on alignment.
            Assert.Equal(missing, binning.Count(values.AsSpan(0, cut), parts) + binning.Count(values.AsSpan(cut), parts));
            Assert.Equal(whole, parts);
        });

    private static void Agrees<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Column.Edges.SelectMany(edges => Gen.Select(Gen.Const(edges), Column.Of<T>(edges))).Sample((edges, values) =>
        {
            var binning = new Binning<T>(edges);
            var (expected, actual) = (new long[edges.Length + 1], new long[edges.Length + 1]);
            var missing = BinningNaive.Count(values, _ => true, edges, expected);
            Assert.Equal(missing, binning.Count(values, actual));
            Assert.Equal(expected, actual);
            foreach (var value in values.Take(100).Where(v => !T.IsNaN(v)))
            {
                Assert.Equal(edges.Count(e => e < double.CreateTruncating(value)), binning.BinOf(value));
            }
        });

    private static void Same<T>(T[] edges, T[] values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var tree = new EdgeTree<T>(edges);
        var expected = values.Select(v => (byte)tree.LeafOf(v)).ToArray();
        foreach (var way in EdgeTreeLanes.Ways<T>())
        {
            var leaves = new byte[values.Length];
            var done = way(tree.Nodes, values, leaves);
            Assert.InRange(done, Math.Max(values.Length - 15, 0), values.Length);
            Assert.Equal(expected.Take(done), leaves.Take(done));
        }
    }
}
