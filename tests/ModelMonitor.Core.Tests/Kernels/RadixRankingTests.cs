using CsCheck;
using ModelMonitor.Core.Kernels;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Kernels;

public sealed class RadixRankingTests
{
    private static readonly float[] s_special = [0f, -0f, float.Epsilon, -float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue];

    private static readonly Gen<float> Score = Gen.OneOf(
        Gen.Int[-4, 4].Select(i => i / 4f),
        Gen.Float[0, 1],
        Gen.Float,
        Gen.Int[0, 8].Select(i => s_special[i]));

    private static readonly Gen<(float, byte)[]> Rows = Gen.Select(Score, Gen.Byte[0, 2]).Array[0, 60];

    [Fact]
    public void Sorting_by_digits_ranks_as_sorting_rows_does() =>
        Rows.Sample(rows =>
        {
            var (scores, labels) = Columns(rows);
            Assert.Equal(RankingNaive.Of(scores, labels), RadixRanking.Of(scores, labels));
        });

    [Fact]
    public void Auc_and_ks_are_those_of_every_pair_and_every_threshold() =>
        Rows.Sample(rows =>
        {
            var (scores, labels) = Columns(rows);
            var pairs = rows.Where(r => !float.IsNaN(r.Item1)).Select(r => ((double)r.Item1, r.Item2 != 0)).ToList();
            var summary = RadixRanking.Of(scores, labels);
            if (pairs.All(r => r.Item2) || !pairs.Any(r => r.Item2))
            {
                Assert.Null(summary.RocAuc);
                Assert.Null(summary.KolmogorovSmirnov);
                return;
            }

            Assert.Equal(Naive.RocAuc(pairs), summary.RocAuc!.Value, 1e-12);
            Assert.Equal(Naive.ClassKs(pairs), summary.KolmogorovSmirnov!.Value, 1e-12);
        });

    [Fact]
    public void It_gives_the_digits_of_the_ranking_of_distinct_scores() =>
        Rows.Sample(rows =>
        {
            var distinct = new DistinctScores();
            foreach (var (score, label) in rows.Where(r => float.IsFinite(r.Item1))) distinct.Add(score, label != 0);
            var groups = distinct.Ascending();
            var ranking = new Ranking(groups, groups.Sum(g => g.Positive), groups.Sum(g => g.Negative), Exact: true);
            if (ranking.Positives == 0 || ranking.Negatives == 0) return;
            var (scores, labels) = Columns([.. rows.Where(r => float.IsFinite(r.Item1))]);
            Assert.Equal(RankedMetrics.RocAuc(ranking), RadixRanking.Of(scores, labels).RocAuc);
        });

    [Fact]
    public void Many_rows_of_random_bits_are_ranked_too()
    {
        var random = new Random(7);
        var scores = Enumerable.Range(0, 20_000).Select(_ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue))).ToArray();
        var labels = scores.Select(s => (byte)(random.NextDouble() < 0.2 ? 1 : 0)).ToArray();
        Assert.Equal(RankingNaive.Of(scores, labels), RadixRanking.Of(scores, labels));
    }

    [Fact]
    public void Scores_without_their_labels_are_refused() => Assert.Throws<ArgumentException>(() => RadixRanking.Of([1f], []));

    private static (float[] Scores, byte[] Labels) Columns((float, byte)[] rows) => ([.. rows.Select(r => r.Item1)], [.. rows.Select(r => r.Item2)]);
}
