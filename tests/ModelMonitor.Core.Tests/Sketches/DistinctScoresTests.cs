using CsCheck;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Sketches;

public sealed class DistinctScoresTests
{
    private static readonly Gen<(double, bool)[]> Rows = Gen.Select(Gen.OneOf(Gen.Int[-4, 4].Select(i => i / 4.0), Gen.Float[-1, 1].Select(f => (double)f), Gen.Double[-1, 1]), Gen.Bool).Array[0, 40];

    [Fact]
    public void They_are_the_counts_of_each_score_in_ascending_order() =>
        Rows.Sample(rows => Assert.Equal(
            rows.GroupBy(r => r.Item1 == 0 ? 0 : r.Item1).OrderBy(g => g.Key).Select(g => new ScoreGroup(g.Key, g.Count(r => r.Item2), g.Count(r => !r.Item2))),
            Of(rows).Ascending()));

    [Fact]
    public void What_was_written_is_read_back() =>
        Rows.Sample(rows =>
        {
            var bytes = Bytes(Of(rows));
            var reader = new StateReader(bytes);
            var back = DistinctScores.Read(ref reader);
            Assert.True(reader.AtEnd);
            Assert.Equal(Of(rows).Ascending(), back.Ascending());
            Assert.Equal(bytes, Bytes(back));
        });

    [Fact]
    public void Merging_in_any_order_gives_equal_bytes() =>
        Gen.Select(Rows, Rows, Rows).Sample((a, b, c) =>
        {
            var left = Of(a);
            left.Merge(Of(b));
            left.Merge(Of(c));
            var right = Of(c);
            right.Merge(Of(a));
            right.Merge(Of(b));
            Assert.Equal(Bytes(Of([.. a, .. b, .. c])), Bytes(left));
            Assert.Equal(Bytes(left), Bytes(right));
        });

    [Fact]
    public void What_is_taken_back_leaves_no_trace() =>
        Gen.Select(Rows, Rows).Sample((kept, passing) =>
        {
            var scores = Of([.. kept, .. passing]);
            foreach (var (score, positive) in passing) scores.Add(score, positive, -1);
            Assert.Equal(Bytes(Of(kept)), Bytes(scores));
            Assert.Equal(Of(kept).Count, scores.Count);
        });

    [Fact]
    public void What_was_dropped_stays_known_as_incomplete()
    {
        var scores = Of([(0.1, true)]);
        scores.Trim(DistinctScores.Limit - 1);
        Assert.True(scores.Complete);
        scores.Trim(DistinctScores.Limit);
        Assert.False(scores.Complete);
        var sum = Of([(0.2, false)]);
        sum.Merge(scores);
        Assert.False(sum.Complete);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 8, 5, 2, 2, 0, 2, 2 })]
    [InlineData(new byte[] { 1, 1, 4, 255, 255, 255, 255, 255, 1, 2, 2 })]
    [InlineData(new byte[] { 1, 1, 5, 5, 2, 2 })]
    public void Scores_that_do_not_ascend_or_have_no_known_width_are_refused(byte[] bytes) => Assert.Throws<StateFormatException>(() =>
    {
        var reader = new StateReader(bytes);
        DistinctScores.Read(ref reader);
    });

    private static DistinctScores Of((double, bool)[] rows)
    {
        var scores = new DistinctScores();
        foreach (var (score, positive) in rows) scores.Add(score, positive);
        return scores;
    }

    private static byte[] Bytes(DistinctScores scores)
    {
        var writer = new StateWriter();
        scores.Write(writer);
        return writer.ToArray();
    }
}
