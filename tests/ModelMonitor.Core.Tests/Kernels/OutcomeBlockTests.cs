using CsCheck;
using ModelMonitor.Core.Kernels;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Kernels;

public sealed class OutcomeBlockTests
{
    private static readonly double[] s_special =
        [0, -0.0, 1, double.Epsilon, 1e-300, 1e-20, 1e-15, 1 - 1e-15, 0.1, 0.3, 0.5, 0.7, Math.BitDecrement(0.3), Math.BitDecrement(0.5), (float)0.1, (float)0.9];

    private static readonly Gen<double> Probability = Gen.Frequency(
        (8, Gen.Float[0, 1].Select(f => (double)f)), (4, Gen.Double[0, 1]), (2, Gen.Double[-40, 0].Select(Math.Exp)), (1, Gen.Int[0, s_special.Length - 1].Select(i => s_special[i])));

    [Fact]
    public void Many_rows_at_once_leave_the_bytes_that_row_by_row_leaves() =>
        Gen.Select(Probability.Array[64, 256], Gen.Double[0.05, 0.95], Gen.Int, Gen.Bool).Sample((some, threshold, seed, outside) =>
        {
            var random = new Random(seed);
            var scores = Enumerable.Range(0, 6_000).Select(_ => some[random.Next(some.Length)]).ToArray();
            if (outside) scores[random.Next(scores.Length)] = random.Next(2) == 0 ? -0.25 : 1.5;
            var labels = scores.Select(_ => random.Next(3) == 0 ? 1.0 : 0).ToArray();
            var bins = new ScoreBins(0, 1, [], threshold);
            var (rows, blocks) = (new BinaryOutcomes(bins), new BinaryOutcomes(bins));
            for (var i = 0; i < scores.Length; i++) rows.Add(scores[i], labels[i]);
            blocks.AddAll(scores, labels);
            Assert.Equal(Bytes(rows), Bytes(blocks));
        }, iter: 60);

    [Fact]
    public void A_block_of_values_is_summed_as_they_are_one_by_one() =>
        Gen.OneOf(Gen.Double[-2047, 2047], Gen.Double[-1, 1], Gen.Double[-700, 7].Select(Math.Exp)).Array[0, 300].Sample(values =>
        {
            var (each, block) = (new ExactSum(), new ExactSum());
            foreach (var value in values) each.Add(value);
            ExactBlock.Add(block, values);
            Assert.Equal(Bytes(each), Bytes(block));
        });

    [Fact]
    public void A_logarithm_is_the_same_alone_and_among_four_and_within_two_units_of_the_library_s() =>
        Gen.Double[-745, 0].Select(Math.Exp).Array[4].Sample(values =>
        {
            var four = NaturalLog.Of(System.Runtime.Intrinsics.Vector256.Create(values));
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(NaturalLog.Of(values[i]), four[i]);
                if (values[i] >= 1e-15) Assert.True(Math.Abs(four[i] - Math.Log(values[i])) <= 2 * (Math.BitIncrement(Math.Abs(four[i])) - Math.Abs(four[i])));
            }
        });

    [Fact]
    public void Cells_find_the_bin_that_counting_edges_finds() =>
        Gen.Select(Gen.Double[-2, 0.4], Gen.Double[0.5, 3], Gen.Double[0, 1].Array[0, 20], Gen.Double[0, 1]).Sample((low, high, percentiles, threshold) =>
        {
            var edges = new ScoreBins(low, high, [.. percentiles.Order()], threshold).Edges;
            if (ScoreCells.TryMake(edges.Values) is not { } cells) return;
            double[] values = [.. edges.Values.ToArray().SelectMany(e => new[] { Math.BitDecrement(e), e, Math.BitIncrement(e), (float)e }), double.NegativeInfinity, double.PositiveInfinity, -1e300, 1e300];
            var found = new int[values.Length];
            cells.BinsOf(values, found);
            for (var i = 0; i < values.Length; i++) Assert.Equal(edges.BinOf(values[i]), found[i]);
        }, iter: 30);

    [Fact]
    public void The_exact_auc_and_ks_lie_within_the_published_bounds()
    {
        var random = new Random(3);
        var labels = Enumerable.Range(0, 200_000).Select(_ => random.NextDouble() < 0.1 ? 1.0 : 0).ToArray();
        var scores = labels.Select(y => (double)(float)(1 / (1 + Math.Exp(3 - (1.3 * y) - (3 * (random.NextDouble() + random.NextDouble() - 1)))))).ToArray();
        var bins = new ScoreBins(0, 1, [], 0.5);
        var outcomes = new BinaryOutcomes(bins);
        outcomes.AddAll(scores, labels);
        var distinct = new DistinctScores();
        distinct.Trim(outcomes.Rows);
        var values = BinaryPerformance.Of(outcomes, distinct, bins);
        var truth = RadixRanking.Of([.. scores.Select(s => (float)s)], [.. labels.Select(y => (byte)y)]);
        Assert.InRange(Math.Abs(truth.RocAuc!.Value - values["roc_auc"].Value!.Value), 0, values["roc_auc"].ErrorBound!.Value);
        Assert.InRange(truth.KolmogorovSmirnov!.Value - values["ks"].Value!.Value, -1e-12, values["ks"].ErrorBound!.Value);
        Assert.True(values["roc_auc"].ErrorBound > 0);
    }

    private static byte[] Bytes(BinaryOutcomes outcomes)
    {
        var writer = new StateWriter();
        outcomes.Write(writer);
        return writer.ToArray();
    }

    private static byte[] Bytes(ExactSum sum)
    {
        var writer = new StateWriter();
        sum.Write(writer);
        return writer.ToArray();
    }
}
