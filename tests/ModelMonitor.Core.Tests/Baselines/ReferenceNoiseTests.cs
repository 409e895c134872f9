using CsCheck;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Tests.Baselines;

public sealed class ReferenceNoiseTests
{
    [Fact]
    public void Chunks_are_whole_and_days_begin_at_midnight()
    {
        // From 18:00 of the first day to 12:00 of the fourth, a row every ten minutes: two whole days.
        long[] times = [.. Enumerable.Range(0, 66 * 6).Select(i => (18 * Instant.Hour) + (i * 600 * Instant.Second))];
        var days = ReferenceChunks.Cut(times, Instant.Day);
        Assert.Equal([36..180, 180..324], days);
        Assert.Empty(ReferenceChunks.Cut(times, 3 * Instant.Day));
    }

    [Fact]
    public void Chunks_longer_than_a_day_begin_at_the_first_rows_midnight()
    {
        long[] times = [.. Enumerable.Range(0, 20 * 60).Select(i => Instant.Hour + (i * 24 * 60 * Instant.Second))];
        // 20 days from 01:00 on: two weeks, the first begun an hour before its first row; the six days left are none.
        Assert.Equal([0..418, 418..838], ReferenceChunks.Cut(times, 7 * Instant.Day));
    }

    [Fact]
    public void A_chunk_of_few_rows_is_none()
    {
        long[] times = [.. Enumerable.Range(0, 49).Select(i => i * 1700L * Instant.Second), .. Enumerable.Range(0, 50).Select(i => Instant.Day + (Instant.Hour / 2) + (i * 1700L * Instant.Second))];
        Assert.Equal([49..99], ReferenceChunks.Cut(times, Instant.Day));
        Assert.Empty(ReferenceChunks.Cut([], Instant.Day));
    }

    [Fact]
    public void Cutting_equals_grouping_by_the_multiple_of_the_length() =>
        Gen.Select(Gen.Long[-20 * Instant.Day, 20 * Instant.Day].Array[0, 900], Gen.OneOf(Gen.Const(Instant.Hour), Gen.Const(6 * Instant.Hour), Gen.Const(Instant.Day))).Sample((raw, length) =>
        {
            long[] times = [.. raw.Order()];
            var expected = times.GroupBy(t => Math.Floor((double)t / length))
                .Where(g => g.Count() >= ReferenceChunks.LeastRows)
                .Where(g => Math.Min((g.Key + 1) * length, times[^1] + 1) - Math.Max(g.Key * length, times[0]) >= 0.9 * length)
                .Select(g => (Array.IndexOf(times, g.First()), g.Count()));
            Assert.Equal(expected, ReferenceChunks.Cut(times, length).Select(c => (c.Start.Value, c.End.Value - c.Start.Value)));
        });

    [Fact]
    public void The_PSI_of_a_chunk_is_that_against_all_other_rows() =>
        Gen.Int[-1, 5].Array[400, 500].Sample(codes =>
        {
            var chunks = Enumerable.Range(0, 20).Select(i => (i * 20)..((i * 20) + 20)).ToList();
            long[] counts = [.. Enumerable.Range(0, 6).Select(bin => codes.LongCount(c => c == bin))];
            var noise = ChunkStability.Of(codes, chunks, counts, codes.LongCount(c => c < 0), (own, missing) => [.. own, missing])!;
            var naive = chunks.Select(chunk =>
            {
                var (start, length) = chunk.GetOffsetAndLength(codes.Length);
                long[] Of(IEnumerable<int> rows) => [.. Enumerable.Range(-1, 7).Select(bin => rows.LongCount(r => r == bin))];
                return NaivePsi(Of([.. codes[..start], .. codes[(start + length)..]]), Of(codes[chunk]));
            }).ToList();
            Assert.Equal(20, noise.Chunks);
            Assert.Equal(naive.Max(), noise.Largest, 1e-12);
            Assert.Equal(naive.Average(), noise.Mean, 1e-12);
            Assert.Equal(Math.Sqrt(Naive.SampleVariance(naive)), noise.StandardDeviation, 1e-12);
        }, iter: 20);

    [Fact]
    public void Nineteen_chunks_are_too_few()
    {
        Assert.Null(ValueNoise.Of([.. Enumerable.Repeat(1.0, 19)]));
        Assert.Equal(new ValueNoise(20, 1, 0, 1), ValueNoise.Of([.. Enumerable.Repeat(1.0, 20)]));
    }

    [Theory]
    [InlineData(24, 24)]
    [InlineData(28 * 24, 30 * 24)]
    [InlineData(31 * 24, 30 * 24)]
    [InlineData(25, 24)]
    [InlineData(91 * 24, null)]
    [InlineData(12, null)]
    public void A_window_takes_the_noise_of_its_length_or_of_one_close_to_it(int hours, int? expected)
    {
        var noise = new ReferenceNoise([.. new long[] { 1, 24, 7 * 24, 30 * 24 }.Select(h => Noise(h * Instant.Hour))]);
        Assert.Equal(expected * Instant.Hour, noise.For(hours * Instant.Hour)?.Length);
        Assert.Null(ReferenceNoise.None.For(hours * Instant.Hour));
    }

    private static double NaivePsi(long[] reference, long[] production)
    {
        var bins = reference.Zip(production).Where(b => b.First + b.Second > 0).ToList();
        double b = bins.Count, n = reference.Sum() + (b / 2), m = production.Sum() + (b / 2);
        return bins.Sum(x => (((x.Second + 0.5) / m) - ((x.First + 0.5) / n)) * (Math.Log((x.Second + 0.5) / m) - Math.Log((x.First + 0.5) / n)));
    }

    private static ChunkNoise Noise(long length) => new()
    {
        Length = length,
        Chunks = 30,
        FeaturePsi = new Dictionary<string, ValueNoise>(),
        Performance = new Dictionary<string, ValueNoise>(),
    };
}
