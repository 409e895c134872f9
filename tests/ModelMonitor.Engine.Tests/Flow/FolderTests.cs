using Apache.Arrow;
using Apache.Arrow.Types;
using CsCheck;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;
using Streams = ModelMonitor.Engine.Tests.Intake.Streams;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class FolderTests
{
    private const int Rows = 300;

    private static readonly NumericShape Numbers = new(new BinEdges(Enumerable.Range(-24, 49).Select(i => i / 8.0)), [], -2, 2, 0.25);
    private static readonly CategoryShape Categories = new(["a", "b"], []);

    private static readonly BaselineShape Shape = new()
    {
        Task = TaskKind.Regression,
        Features =
        [
            new NumericFeatureShape("float", true, Numbers), new NumericFeatureShape("double", true, Numbers),
            new NumericFeatureShape("int", true, Numbers), new CategoryFeatureShape("text", true, Categories), new NumericFeatureShape("absent", true, Numbers),
        ],
        Score = Numbers,
    };

    /// <summary>Halves, so that sums are exact in any order; null, NaN and infinities among them, and garbage beneath the nulls.</summary>
    private static readonly Gen<double?[]> Values = Gen.Frequency(
        (8, Gen.Int[-6, 6].Select(i => (double?)(i / 2.0))),
        (1, Gen.Const((double?)null)),
        (1, Gen.OneOf<double?>(double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0))).Array[Rows];

    /// <summary>All rows, a stretch, or scattered ones.</summary>
    private static readonly Gen<int[]> Picked = Gen.OneOf(
        Gen.Const(Enumerable.Range(0, 200).ToArray()),
        Gen.Select(Gen.Int[0, 200], Gen.Int[0, 200], (a, b) => Enumerable.Range(Math.Min(a, b), Math.Abs(a - b)).ToArray()),
        Gen.Bool.Array[200].Select(taken => Enumerable.Range(0, 200).Where(i => taken[i]).ToArray()));

    [Fact]
    public void A_column_counts_the_same_whatever_its_type_its_offset_and_the_rows_taken() =>
        Gen.Select(Values, Picked, Gen.Int[0, 100]).Sample((values, picked, offset) =>
        {
            var whole = values.Select(v => v is { } x && double.IsFinite(x) ? (int?)Math.Truncate(x) : null).ToArray();
            var texts = values.Select(v => v is null ? null : v < 0 ? "a" : v > 0 ? "b" : "z").ToArray();
            using var batch = Streams.Batch(
                ("float", Garbled<float>(FloatType.Default, values, v => (float)v).Slice(offset, 200)),
                ("double", Garbled<double>(DoubleType.Default, values, v => v).Slice(offset, 200)),
                ("int", Streams.Ints(whole).Slice(offset, 200)),
                ("text", Streams.Strings(texts).Slice(offset, 200)));
            var scores = values.Skip(offset).Take(200).Select(v => v ?? double.NaN).ToArray();
            var state = PaneState.Empty("h", Shape);
            Folder.Fold(BatchDecoder.DecodePredictions(batch, Schema), scores, picked, Shape, state);

            var expected = picked.Select(row => values[offset + row] ?? double.NaN).ToArray();
            Same(expected, (NumericSketch)state.Features[0]);
            Same(expected, (NumericSketch)state.Features[1]);
            Same([.. picked.Select(row => whole[offset + row] ?? double.NaN)], (NumericSketch)state.Features[2]);
            Same(expected, state.Score!);
            var text = (CategorySketch)state.Features[3];
            Assert.Equal(picked.Select(row => texts[offset + row]).Where(t => t is not null).GroupBy(t => t!).ToDictionary(g => Categories.BinOf(g.Key), g => g.LongCount()),
                text.Counts.ToArray().Select((count, bin) => (count, bin)).Where(c => c.count > 0).ToDictionary(c => c.bin, c => c.count));
            Assert.Equal((picked.Length, picked.Length, expected.LongCount(v => !double.IsFinite(v)), picked.Length), (state.Rows, state.Features[4].Missing, state.Unscored, state.RowsWithMissingColumns));
        }, iter: 300);

    [Fact]
    public void Rows_by_pane_and_version_are_those_that_grouping_gives() =>
        Gen.Select(Gen.Int[0, 3].Array[0, 60], Gen.Bool.Array[60]).Sample((panes, versions) =>
        {
            (long, string) Key(int row) => (panes[row / 2], versions[row / 2] ? "1" : "2");
            var rows = Enumerable.Range(0, panes.Length).Select(i => 2 * i).ToArray();
            using var groups = new PaneGroups(rows, Key);
            Assert.Equal(rows.GroupBy(Key).Select(g => (g.Key, string.Join(' ', g))), Enumerable.Range(0, groups.Count).Select(g => (groups.KeyOf(g), string.Join(' ', groups.RowsOf(g).ToArray()))));
        });

    [Fact]
    public void Folding_a_batch_whole_allocates_nothing_that_grows_with_its_rows()
    {
        var (few, many) = (Allocated(1_000), Allocated(50_000));
        Assert.InRange(many, 0, few + 1_000);
    }

    private static IntakeSchema Schema { get; } = new(
        new ColumnNames(),
        [.. Shape.Features.Select(f => new IntakeFeature(f.Name, f is NumericFeatureShape ? FeatureKind.Numeric : FeatureKind.Categorical))],
        null);

    private static long Allocated(int rows)
    {
        var values = Enumerable.Range(0, rows).Select(i => (double?)(i % 7)).ToArray();
        using var batch = Streams.Batch(
            ("float", Garbled<float>(FloatType.Default, values, v => (float)v)), ("double", Garbled<double>(DoubleType.Default, values, v => v)));
        var decoded = BatchDecoder.DecodePredictions(batch, Schema);
        var (scores, all) = (new double[rows], Enumerable.Range(0, rows).ToArray());
        var state = PaneState.Empty("h", Shape);
        // The first time makes what is made once.
        Folder.Fold(decoded, scores, all, Shape, state);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Folder.Fold(decoded, scores, all, Shape, state);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Same(double[] values, NumericSketch sketch)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        var counts = new long[Numbers.Edges.Bins];
        foreach (var value in values.Where(v => !double.IsNaN(v))) counts[Numbers.Edges.BinOf(value)]++;
        Assert.Equal(counts, sketch.Counts.ToArray());
        Assert.Equal(
            (values.LongCount(double.IsNaN), values.LongCount(double.IsInfinity), finite.LongLength, finite.LongCount(v => v is < -2 or > 2)),
            (sketch.Missing, sketch.Infinite, sketch.Finite, sketch.OutOfRange));
        Assert.Equal((finite.DefaultIfEmpty(double.PositiveInfinity).Min() + 0.0, finite.DefaultIfEmpty(double.NegativeInfinity).Max() + 0.0), (sketch.Minimum, sketch.Maximum));
        if (finite.Length == 0) return;
        Assert.Equal(0.25 + (finite.Sum(v => v - 0.25) / finite.Length), sketch.Mean(0.25));
    }

    /// <summary>A null's place holds 77.</summary>
    private static Apache.Arrow.Array Garbled<T>(IArrowType type, double?[] values, Func<double, T> convert)
        where T : unmanaged
    {
        var bits = new byte[(values.Length + 7) / 8];
        for (var i = 0; i < values.Length; i++) bits[i >> 3] |= (byte)((values[i] is null ? 0 : 1) << (i & 7));
        var content = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.Select(v => convert(v ?? 77)).ToArray().AsSpan()).ToArray();
        return (Apache.Arrow.Array)ArrowArrayFactory.BuildArray(new ArrayData(type, values.Length, values.Count(v => v is null), 0, [new ArrowBuffer(bits), new ArrowBuffer(content)]));
    }
}
