using ModelMonitor.Core;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>A model without reference files learns its baseline from its first days, and loses none of them.</summary>
public sealed class LearningTests
{
    private const int PerDay = 240;
    private static readonly DateTimeOffset s_start = Given.Noon.AddDays(-9);
    private static readonly ModelOptions s_options = Given.Options with { Reference = null, LearnFrom = TimeSpan.FromDays(3) };

    [Fact]
    public async Task Nothing_is_evaluated_while_it_learns_and_then_it_serves_with_a_baseline_of_those_days()
    {
        await using var running = New();
        for (var day = 0; day < 2; day++) await running.Predict(Day(day));
        await running.Evaluations.RunAsync(running.Options.Windows[0], TestContext.Current.CancellationToken);
        Assert.Equal(1, running.Counted["skipped learning"]);
        Assert.Equal("2 of 3 days", await ProgressAsync(running), StringComparer.Ordinal);
        Assert.NotNull(running.Serving.Learning);
        Assert.Empty(running.Kept);

        // Three days have passed with the first row of the fourth that is later than rows may come late.
        await running.Predict(Day(2));
        Assert.NotNull(running.Serving.Learning);
        await running.Predict(Day(3));
        Assert.Null(running.Serving.Learning);
        var baseline = running.Serving.Baseline;
        Assert.Equal((3L * PerDay, 4L * PerDay, 1.0), (baseline.ReferenceRows, baseline.Learned!.Rows, baseline.Learned.Share));
        Assert.Equal((Instant.From(s_start), Instant.From(s_start.AddDays(3))), (baseline.Learned.Start, baseline.Learned.End));
        Assert.Equal(["x", "carrier"], baseline.Shape.Features.Select(f => f.Name));
        Assert.Equal(baseline.Learned, BaselineJson.Read(running.Kept["learned.json"]).Learned);
        Assert.Contains(await running.Audit(), a => a.Actor == "learning" && a.What.Contains("learned from production", StringComparison.Ordinal));
        var (from, to) = (s_start, s_start.AddDays(3));
        Assert.Equal(0, (await EvaluateAsync(running, from, to)).Drift.Score["psi"].Value);
    }

    [Fact]
    public async Task The_state_is_that_of_a_model_that_had_the_baseline_from_the_start_labels_and_corrections_included()
    {
        await using var learned = New();
        for (var day = 0; day < 6; day++)
        {
            // Labels a day late; some twice, with another value; some before their prediction.
            if (day == 2) await learned.Tell([.. Truths(4).Take(50)]);
            await learned.Predict(Day(day));
            if (day > 0) await learned.Tell(Truths(day - 1));
            if (day is 2 or 5) await learned.Tell([.. Truths(1).Take(20).Select(t => t with { Label = 1 - t.Label })]);
        }

        await using var twin = new Running(learned.Serving);
        for (var day = 0; day < 6; day++)
        {
            await twin.Predict(Day(day));
        }

        for (var day = 0; day < 5; day++) await twin.Tell(Truths(day));
        await twin.Tell([.. Truths(1).Take(20).Select(t => t with { Label = 1 - t.Label })]);
        Assert.Equal(await twin.State(s_start.AddDays(-1), s_start.AddDays(7)), await learned.State(s_start.AddDays(-1), s_start.AddDays(7)));
        Assert.True(learned.Serving.Baseline.Labels.Rows > PerDay, "no label was there when it learned");
    }

    [Fact]
    public async Task It_continues_after_a_restart_and_finds_what_was_committed_but_not_written()
    {
        var store = new InMemoryStore();
        await using (var first = New(store))
        {
            for (var day = 0; day < 2; day++) await first.Predict(Day(day));
        }

        await using (var second = New(store))
        {
            for (var day = 2; day < 4; day++) await second.Predict(Day(day));
            Assert.Null(second.Serving.Learning);
            Assert.Equal(3 * PerDay, second.Serving.Baseline.ReferenceRows);
        }

        // As if it had been killed before the file was written.
        await using var third = New(store);
        await third.Learning.RestoreAsync();
        Assert.Null(third.Serving.Learning);
        Assert.Equal(3 * PerDay, BaselineJson.Read(third.Kept["learned.json"]).ReferenceRows);
        await third.Predict(Day(4));
        Assert.Equal(PerDay, (await EvaluateAsync(third, s_start.AddDays(4), s_start.AddDays(5))).Rows);
        Assert.Equal(4 * PerDay, (await EvaluateAsync(third, s_start, s_start.AddDays(4))).Rows);
    }

    [Fact]
    public async Task A_delivery_that_was_decoded_before_and_committed_after_is_counted_once_under_the_baseline()
    {
        await using var running = New();
        var before = running.Serving;
        for (var day = 0; day < 4; day++) await running.Predict(Day(day));
        var (reply, _) = (await running.Ingest.PredictionsAsync(before, [Given.Batch(Day(4))], null))!.Value;
        Assert.Equal(PerDay, reply.Rows);
        await running.Ingest.LabelsAsync(before, [Given.Batch(Truths(4))], null);
        var evaluation = await EvaluateAsync(running, s_start.AddDays(4), s_start.AddDays(5));
        Assert.Equal((PerDay, PerDay), (evaluation.Rows, evaluation.Labelled));
    }

    [Fact]
    public async Task Beyond_the_limit_a_sample_by_id_is_kept_and_the_number_of_rows_is_told()
    {
        await using var running = New(limit: 200);
        for (var day = 0; day < 4; day++) await running.Predict(Day(day));
        var baseline = running.Serving.Baseline;
        Assert.Equal((4L * PerDay, 0.125), (baseline.Learned!.Rows, baseline.Learned.Share));
        Assert.InRange(baseline.ReferenceRows, 40, 150);
        // Rows that were not kept are in no pane, so their labels are not either.
        for (var day = 0; day < 4; day++) await running.Tell(Truths(day));
        var evaluation = await EvaluateAsync(running, s_start, s_start.AddDays(4));
        Assert.InRange(evaluation.Rows, 60, 200);
        Assert.Equal(evaluation.Rows, evaluation.Labelled);
    }

    [Fact]
    public async Task Without_labels_the_performance_of_the_reference_and_every_gap_to_it_are_undefined()
    {
        await using var running = New();
        for (var day = 0; day < 4; day++) await running.Predict(Day(day));
        Assert.All(running.Serving.Baseline.Train.Performance, m => Assert.Null(m.Value.Value));
        Assert.Equal(MetricStatus.NoLabels, running.Serving.Baseline.Train.Performance["roc_auc"].Status);
        await running.Predict(Day(4));
        await running.Tell(Truths(4));
        var evaluation = await EvaluateAsync(running, s_start.AddDays(4), s_start.AddDays(5));
        Assert.NotNull(evaluation.Performance["roc_auc"].Value);
        Assert.All(evaluation.Gaps, g => Assert.Null(g.Value.Value));
    }

    private static Running New(IStateStore? store = null, long limit = 1_000_000) => new(
        MonitoredModel.LearningOf(s_options, null, s_options.LearnFrom!.Value, "learned.json"),
        Given.Monitor() with { Ingest = new IngestOptions { MaxLearningRows = limit } },
        store);

    private static async Task<string> ProgressAsync(Running running)
    {
        await using var reader = await running.Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        return (await LearningMarks.ReadAsync(reader, running.Serving, TestContext.Current.CancellationToken)).Describe(TimeSpan.FromDays(3));
    }

    private static async Task<Core.Evaluations.Evaluation> EvaluateAsync(Running running, DateTimeOffset from, DateTimeOffset to)
    {
        await using var reader = await running.Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        var range = new Core.Evaluations.TimeRange(Instant.From(from), Instant.From(to));
        return await Evaluating.Evaluator.EvaluateAsync(reader, running.Serving, "w", range, range, 1, TestContext.Current.CancellationToken);
    }

    /// <summary>Rows every six minutes; the first of a day at its first moment.</summary>
    private static Row[] Day(int day) =>
        [.. Enumerable.Range(0, PerDay).Select(i => new Row($"d{day}-{i}", s_start.AddDays(day).AddMinutes(6 * i), (i % 64) / 64.0, i % 8, i % 3 == 0 ? "a" : "b"))];

    private static Truth[] Truths(int day) =>
        [.. Enumerable.Range(0, PerDay).Select(i => new Truth($"d{day}-{i}", (i * 7 % 64) + (i % 20) > 40 ? 1 : 0))];
}
