using System.Text.Json.Nodes;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>Errors over a window's sub-periods, read from the store.</summary>
public sealed class BlockErrorTests
{
    private static readonly DateTimeOffset Start = Given.Noon.Date.AddDays(-20) is var day ? new(day, TimeSpan.Zero) : default;

    /// <summary>Forty rows in each block, one in five against its score, in every third block one in two.</summary>
    private static Row[] Rows(int blocks, TimeSpan every) => [.. Enumerable.Range(0, blocks * 40).Select(i =>
        new Row($"{i}", Start + (i / 40 * every) + ((i % 40) * every / 40), (i * 37 % 64) / 64.0, Label: ((i * 37 % 64) >= 32) == (i % (i / 40 % 3 == 0 ? 2 : 5) != 0) ? 1 : 0))];

    private static async Task<Evaluation> Evaluate(TimeSpan length, Row[] rows, bool sum = false)
    {
        await using var monitor = new Running();
        for (var i = 0; i < rows.Length; i += 77) await monitor.Predict([.. rows.Skip(i).Take(77)]);
        if (sum) await monitor.Sum();
        return await monitor.Evaluate(Start, Start + length);
    }

    private static Dictionary<string, double> Twin(IEnumerable<IGrouping<long, Row>> blocks)
    {
        var bins = Given.Model.Baseline.Shape.ScoreBins!;
        var without = blocks.Select(left => blocks.Where(b => b.Key != left.Key).SelectMany(b => b)).Select(rows =>
        {
            var outcomes = new BinaryOutcomes(bins);
            foreach (var row in rows) outcomes.Add(row.Score!.Value, row.Label!.Value);
            return BinaryPerformance.Of(outcomes, DistinctScores.None, bins);
        }).ToList();
        return BinaryPerformance.Keys.ToDictionary(key => key, key => Jackknife.StandardError([.. without.Select(values => values[key].Value!.Value)]));
    }

    private static async Task AssertBlocks(TimeSpan length, Row[] rows, long step)
    {
        var expected = Twin(rows.GroupBy(r => Core.Instant.Floor(Core.Instant.From(r.Time!.Value), step)).ToList());
        foreach (var sum in new[] { false, true })
        {
            var evaluation = await Evaluate(length, rows, sum);
            foreach (var (key, value) in evaluation.Performance) Assert.Equal(expected[key], value.BlockError!.Value, 1e-12);
            Assert.NotNull(evaluation.EstimatedErrors["roc_auc"].BlockError);
        }
    }

    [Fact]
    public Task A_fortnight_is_judged_by_its_days() => AssertBlocks(TimeSpan.FromDays(14), Rows(14, TimeSpan.FromDays(1)), Core.Instant.Day);

    [Fact]
    public Task A_day_is_judged_by_its_hours() => AssertBlocks(TimeSpan.FromDays(1), Rows(24, TimeSpan.FromHours(1)), Core.Instant.Hour);

    [Fact]
    public Task An_hour_is_judged_by_its_panes() => AssertBlocks(TimeSpan.FromHours(1), Rows(12, TimeSpan.FromMinutes(5)), 5 * 60 * Core.Instant.Second);

    /// <summary>Labels of nine days alone: too few days, so that hours serve.</summary>
    [Fact]
    public async Task Days_without_labels_do_not_count()
    {
        var rows = Rows(12, TimeSpan.FromDays(1)).Select(r => r.Time < Start.AddDays(9) ? r : r with { Label = null }).ToArray();
        var expected = Twin(rows.Where(r => r.Label is not null).GroupBy(r => Core.Instant.Floor(Core.Instant.From(r.Time!.Value), Core.Instant.Hour)).ToList());
        Assert.Equal(expected["brier"], (await Evaluate(TimeSpan.FromDays(12), rows)).Performance["brier"].BlockError!.Value, 1e-12);
    }

    [Fact]
    public async Task Fewer_than_ten_blocks_of_any_kind_tell_nothing()
    {
        var evaluation = await Evaluate(TimeSpan.FromMinutes(45), Rows(9, TimeSpan.FromMinutes(5)));
        Assert.All(evaluation.Performance.Values, value => Assert.Null(value.BlockError));
    }

    /// <summary>The larger error would take away what is not there.</summary>
    [Fact]
    public async Task A_sound_window_is_not_read_again()
    {
        var rows = Rows(14, TimeSpan.FromDays(1)).Select((r, i) => r with { Label = (r.Score >= 0.5) == (i % 5 != 0) ? 1 : 0 }).ToArray();
        Assert.All((await Evaluate(TimeSpan.FromDays(14), rows)).Performance.Values, value => Assert.Null(value.BlockError));
    }

    [Fact]
    public async Task The_gap_is_judged_by_the_larger_error_and_shown_with_the_one_of_its_rows()
    {
        var evaluation = await Evaluate(TimeSpan.FromDays(14), Rows(14, TimeSpan.FromDays(1)));
        var auc = evaluation.Performance["roc_auc"];
        Assert.True(auc.BlockError > auc.StandardError);
        Assert.Equal(auc.BlockError, auc.DecisionError);
        var gap = evaluation.Gaps.Single(g => g is { Metric: "roc_auc", From: "holdout" }).Value;
        Assert.True(gap.BlockError > gap.StandardError);
        Assert.Equal(gap.Value + (Intervals.Z * gap.StandardError), gap.Upper);
        Assert.Equal(auc.Upper!.Value, Math.Min(auc.Value!.Value + (Intervals.Z * auc.StandardError!.Value), 1));
        var json = JsonNode.Parse(Engine.Json.EvaluationJson.Full(evaluation).ToJsonString())!;
        Assert.Equal(auc.BlockError, (double)json["performance"]!["roc_auc"]!["block_standard_error"]!);
    }
}
