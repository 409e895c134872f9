using CsCheck;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class CalibrationTests
{
    private static readonly ScoreBins Bins = new(0, 1, [], threshold: 0.3125);

    private static readonly Gen<(long Rows, long Positives)[]> Counts =
        (from rows in Gen.Long[0, 9] from positives in Gen.Long[0, 9] select (rows, Math.Min(rows, positives))).Array[1, 30];

    /// <summary>min over the ends above of max over the starts below of the mean between: the textbook form of isotonic regression.</summary>
    private static double MinMax((long Rows, long Positives)[] bins, int at) =>
        Enumerable.Range(at, bins.Length - at).Min(end => Enumerable.Range(0, at + 1).Max(start =>
        {
            var between = bins[start..(end + 1)];
            var rows = between.Sum(b => b.Rows);
            return rows == 0 ? double.NegativeInfinity : (double)between.Sum(b => b.Positives) / rows;
        }));

    [Fact]
    public void Pooling_gives_the_min_max_of_means_and_ever_greater_blocks_that_hold_every_row() =>
        Counts.Sample(bins =>
        {
            var blocks = IsotonicRegression.Fit([.. bins.Select(b => b.Rows)], [.. bins.Select(b => b.Positives)]);
            Assert.Equal(bins.Sum(b => b.Rows), blocks.Sum(b => b.Rows));
            Assert.Equal(bins.Sum(b => b.Positives), blocks.Sum(b => b.Positives));
            Assert.All(blocks.Zip(blocks.Skip(1)), pair => Assert.True(pair.First.Share < pair.Second.Share));
            for (var i = 0; i < bins.Length; i++)
            {
                if (bins[i].Rows > 0) Assert.Equal(MinMax(bins, i), blocks.Last(b => b.FirstBin <= i).Share, 1e-12);
            }
        });

    [Fact]
    public void A_fit_agrees_with_another_implementation()
    {
        var golden = GoldenCalibration.Read();
        var calibration = golden.Fit();
        Assert.True(calibration.Isotonic);
        Assert.Equal(golden.Rows, calibration.Rows);
        Assert.Equal(golden.Positives, calibration.Positives);
        for (var k = 0; k < golden.Values.Length; k++) Assert.Equal(golden.Values[k], calibration.ShareOf(k), 1e-12);
        // Each step lies at the lower edge of the bin in which the block's least score is.
        Assert.Equal(golden.FirstScores.Skip(1).Select(s => Bins.Edges.Values[Bins.Edges.BinOf(s) - 1]), calibration.Edges);
        Assert.Equal(golden.EceRaw, calibration.EceRaw!.Value, 1e-12);
        Assert.Equal(golden.EceCalibrated, calibration.EceCalibrated, 1e-12);
        Assert.Equal(golden.Rows.Sum(), calibration.FittedRows);
    }

    [Fact]
    public void Scores_that_are_calibrated_already_stay_as_they_are()
    {
        // Of every ten rows with score i/10, i are positive: raw scores have no error, and any fold's fit has some.
        var rows = Enumerable.Range(0, 4000).Select(i => (Score: ((i / 10 % 9) + 1) / 10.0, Positive: (i % 10) < (i / 10 % 9) + 1)).ToArray();
        var calibration = CalibrationFit.Of(rows, Bins)!;
        Assert.False(calibration.Isotonic);
        Assert.True(calibration.EceRaw <= calibration.EceCalibrated);
        Assert.Equal(10, calibration.Rows.Count);
        Assert.Equal(0, calibration.Rows[0]);
        Assert.Equal(rows.LongCount(r => r.Score is >= 0.3 and < 0.4), calibration.Rows[3]);
        Assert.Equal(4000, calibration.Rows.Sum());
    }

    [Fact]
    public void Scores_that_are_no_probabilities_are_always_calibrated()
    {
        var random = new Random(3);
        var margins = Enumerable.Range(0, 500).Select(_ => random.NextDouble()).Select(u => (Score: (u * 8) - 4, Positive: random.NextDouble() < u)).ToArray();
        var calibration = CalibrationFit.Of(margins, new ScoreBins(-4, 4, [], 0))!;
        Assert.True(calibration.Isotonic);
        Assert.Null(calibration.EceRaw);
        Assert.InRange(calibration.EceCalibrated, 0, 0.2);
    }

    [Fact]
    public void Fewer_than_thirty_rows_of_a_class_teach_nothing()
    {
        (double Score, bool Positive)[] Rows(int positives) => [.. Enumerable.Range(0, 200).Select(i => (i / 200.0, i < positives))];
        Assert.Null(CalibrationFit.Of(Rows(29), Bins));
        Assert.NotNull(CalibrationFit.Of(Rows(30), Bins));
    }

    [Fact]
    public void What_cannot_be_counted_is_left_out()
    {
        var rows = Enumerable.Range(0, 300).Select(i => (Score: i / 300.0, Positive: i % 2 == 0)).ToArray();
        var more = rows.Append((double.NaN, true)).Append((double.PositiveInfinity, false)).ToArray();
        Assert.Equivalent(CalibrationFit.Of(rows, Bins), CalibrationFit.Of(more, Bins), strict: true);
    }

    [Fact]
    public void A_step_off_the_score_bins_edges_is_refused()
    {
        var calibration = new ScoreCalibration { Isotonic = true, Edges = [0.123], Rows = [50, 50], Positives = [1, 40], EceCalibrated = 0, FittedRows = 100 };
        Assert.Throws<ShapeMismatchException>(() => calibration.BlocksOf(Bins));
    }
}
