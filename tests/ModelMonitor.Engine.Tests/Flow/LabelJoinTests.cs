using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class LabelJoinTests
{
    private static readonly DateTimeOffset T = Given.Noon;
    private static readonly Row A = new("a", T.AddMinutes(1), 0.75);
    private static readonly Row B = new("b", T.AddMinutes(2), 0.25);

    private static async Task<byte[]> StateAfter(Func<Running, Task> does)
    {
        await using var monitor = new Running();
        await does(monitor);
        return await monitor.State(T, T.AddHours(1));
    }

    [Fact]
    public async Task A_label_before_its_prediction_and_one_after_it_leave_the_same_state()
    {
        var before = await StateAfter(async m => { await m.Tell(new Truth("a", 1)); await m.Predict(A, B); });
        var after = await StateAfter(async m => { await m.Predict(A, B); await m.Tell(new Truth("a", 1)); });
        var inside = await StateAfter(async m => await m.Predict(A with { Label = 1 }, B));
        Assert.Equal(before, after);
        Assert.Equal(before, inside);
    }

    [Fact]
    public async Task A_label_that_comes_twice_counts_once()
    {
        await using var monitor = new Running();
        await monitor.Predict(A);
        await monitor.Tell(new Truth("a", 1), new Truth("a", 1));
        await monitor.Tell(new Truth("a", 1));
        Assert.Equal(1, (await monitor.Evaluate(T, T.AddHours(1))).Labelled);
        Assert.Equal((1, 2), (monitor.Counted["joined"], monitor.Counted["duplicate"]));
    }

    [Fact]
    public async Task A_label_of_an_unknown_id_waits_and_counts_nowhere()
    {
        await using var monitor = new Running();
        await monitor.Predict(A);
        await monitor.Tell(new Truth("nobody", 1));
        Assert.Equal(0, (await monitor.Evaluate(T, T.AddHours(1))).Labelled);
        Assert.Equal(1, monitor.Counted["waiting"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_correction_takes_the_earlier_label_back_to_the_last_bit(bool outOfOrder)
    {
        Truth first = new("a", 0, T.AddHours(1)), last = new("a", 1, T.AddHours(2));
        var corrected = await StateAfter(async m =>
        {
            await m.Predict(A, B);
            await m.Tell(outOfOrder ? last : first);
            await m.Sum();
            await m.Tell(outOfOrder ? first : last);
        });
        Assert.Equal(await StateAfter(async m => { await m.Predict(A, B); await m.Tell(last); }), corrected);
    }

    [Fact]
    public async Task Without_a_label_time_the_last_to_arrive_wins()
    {
        var corrected = await StateAfter(async m => { await m.Predict(A); await m.Tell(new Truth("a", 1)); await m.Tell(new Truth("a", 0)); });
        Assert.Equal(await StateAfter(async m => { await m.Predict(A); await m.Tell(new Truth("a", 0)); }), corrected);
    }

    [Fact]
    public async Task A_label_with_a_time_wins_over_one_without_in_either_order()
    {
        Truth timed = new("a", 0, T), untimed = new("a", 1);
        var expected = await StateAfter(async m => { await m.Predict(A); await m.Tell(timed); });
        Assert.Equal(expected, await StateAfter(async m => { await m.Predict(A); await m.Tell(timed); await m.Tell(untimed); }));
        Assert.Equal(expected, await StateAfter(async m => { await m.Predict(A); await m.Tell(untimed); await m.Tell(timed); }));
    }

    [Fact]
    public async Task Labels_of_equal_time_end_the_same_in_either_order()
    {
        Truth zero = new("a", 0, T), one = new("a", 1, T);
        Assert.Equal(
            await StateAfter(async m => { await m.Predict(A); await m.Tell(zero); await m.Tell(one); }),
            await StateAfter(async m => { await m.Predict(A); await m.Tell(one, zero); }));
    }

    [Fact]
    public async Task A_label_inside_the_prediction_and_one_beside_it_are_settled_by_their_times_in_either_order()
    {
        var labelled = A with { Label = 1, KnownAt = T.AddHours(2) };
        var older = new Truth("a", 0, T.AddHours(1));
        Assert.Equal(
            await StateAfter(async m => { await m.Predict(labelled); await m.Tell(older); }),
            await StateAfter(async m => { await m.Tell(older); await m.Predict(labelled); }));
    }

    [Fact]
    public async Task Null_ids_and_null_labels_are_refused_by_name()
    {
        await using var monitor = new Running();
        await monitor.Predict(A);
        var reply = await monitor.Tell(new Truth(null, 1), new Truth("a", null), new Truth("a", double.NaN));
        Assert.Equal((3, 1, 2), (reply.Rows, reply.Rejected[RejectReason.NullId], reply.Rejected[RejectReason.NullLabel]));
    }

    [Fact]
    public async Task Where_nothing_is_joined_duplicates_and_labels_pass_by()
    {
        await using var monitor = new Running(Given.Model with { Options = Given.Options with { JoinSample = 0 } });
        await monitor.Predict(A, A);
        await monitor.Tell(new Truth("a", 1));
        var evaluation = await monitor.Evaluate(T, T.AddHours(1));
        Assert.Equal((2, 0, 1), (evaluation.Rows, evaluation.Labelled, monitor.Counted["not_sampled"]));
    }

    [Fact]
    public async Task A_sample_joins_the_same_ids_on_both_streams()
    {
        await using var monitor = new Running(Given.Model with { Options = Given.Options with { JoinSample = 0.5 } });
        await monitor.Predict([.. Enumerable.Range(0, 400).Select(i => A with { Id = $"{i}" })]);
        await monitor.Tell([.. Enumerable.Range(0, 400).Select(i => new Truth($"{i}", 1))]);
        var labelled = (await monitor.Evaluate(T, T.AddHours(1))).Labelled;
        Assert.InRange(labelled, 150, 250);
        Assert.Equal((labelled, 400 - labelled), (monitor.Counted["joined"], monitor.Counted["not_sampled"]));
    }

    /// <summary>What no label is expected of is not missing.</summary>
    [Fact]
    public async Task A_sample_is_mature_when_the_rows_of_the_sample_have_their_labels()
    {
        await using var monitor = new Running(Given.Model with { Options = Given.Options with { JoinSample = 0.25 } });
        await monitor.Predict([.. Enumerable.Range(0, 800).Select(i => A with { Id = $"{i}" })]);
        await monitor.Tell([.. Enumerable.Range(0, 400).Select(i => new Truth($"{i}", i % 2))]);
        var half = await monitor.Evaluate(T, T.AddHours(1));
        Assert.Equal((800, 200, MetricStatus.LabelsImmature), (half.PerformanceRows, half.PerformanceExpected, LabelMaturity.Of(half, LabelMaturity.UsualShare)));
        await monitor.Tell([.. Enumerable.Range(400, 400).Select(i => new Truth($"{i}", i % 2))]);
        var whole = await monitor.Evaluate(T, T.AddHours(1));
        Assert.InRange(whole.PerformanceLabelled, 170, 230);
        Assert.Null(LabelMaturity.Of(whole, LabelMaturity.UsualShare));
        Assert.Equal(200, EvaluationJson.Read(JsonSerializer.SerializeToElement(EvaluationJson.Full(whole))).PerformanceExpected);
    }

    [Fact]
    public async Task An_id_counts_once_within_a_delivery_and_across_deliveries()
    {
        await using var monitor = new Running();
        var first = await monitor.Predict(A, B, A);
        var second = await monitor.Predict(B with { Score = 0.5 }, A with { Id = "c" });
        Assert.Equal((1, 1), (first.Rejected[RejectReason.DuplicateId], second.Rejected[RejectReason.DuplicateId]));
        Assert.Equal(3, (await monitor.Evaluate(T, T.AddHours(1))).Rows);
    }

    [Fact]
    public async Task Rows_without_id_all_count_and_rows_without_time_count_at_their_arrival()
    {
        await using var monitor = new Running();
        await monitor.Predict(A with { Id = null }, A with { Id = null }, B with { Time = null });
        Assert.Equal(2, (await monitor.Evaluate(T, T.AddHours(1))).Rows);
        Assert.Equal(1, (await monitor.Evaluate(T.AddHours(2), T.AddHours(3))).Rows);
    }

    [Fact]
    public async Task What_is_older_than_retention_or_beyond_the_clock_is_refused_and_moves_nothing()
    {
        await using var monitor = new Running();
        await monitor.Predict(A);
        var reply = await monitor.Predict(B with { Time = T.AddDays(-91) }, B with { Id = "f", Time = T.AddHours(2).AddMinutes(6) }, B with { Id = "n", Time = T.AddHours(2).AddMinutes(4) });
        Assert.Equal((1, 1), (reply.Rejected[RejectReason.TooOld], reply.Rejected[RejectReason.InFuture]));
        Assert.Equal(1, (await monitor.Evaluate(T.AddHours(2), T.AddHours(3))).Rows);
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        Assert.Equal(Core.Instant.From(T.AddHours(2).AddMinutes(4)), await reader.ReadMarkAsync("newest/m", default));
    }

    [Fact]
    public async Task The_delay_of_a_label_is_counted_whichever_came_first()
    {
        await using var monitor = new Running();
        await monitor.Predict(A);
        await monitor.Tell(new Truth("a", 1), new Truth("b", 1));
        Assert.Equal(1, monitor.Counted["delays"]);
        await monitor.Predict(B);
        Assert.Equal(2, monitor.Counted["delays"]);
    }

    [Fact]
    public async Task What_waited_in_vain_expires_and_is_counted()
    {
        await using var monitor = new Running();
        await monitor.Predict(A, B);
        await monitor.Tell(new Truth("a", 1), new Truth("nobody", 1));
        monitor.Clock.Advance(TimeSpan.FromDays(46));
        var retention = new RetentionWork(monitor.Catalog, monitor.Options, monitor.Counted, NullLogger.Instance);
        await monitor.Writer.SubmitAsync(retention);
        retention.Report();
        Assert.Equal((1, 1), (monitor.Counted["expired"], monitor.Counted["rejected predictions expired_unlabelled"]));
        await monitor.Tell(new Truth("b", 1));
        Assert.Equal(1, (await monitor.Evaluate(T, T.AddHours(1))).Labelled);
    }

    [Fact]
    public async Task Panes_beyond_their_retention_are_forgotten_at_every_level_summed_or_not()
    {
        await using var monitor = new Running();
        await monitor.Predict(A);
        await monitor.Sum();
        await monitor.Predict(B);
        monitor.Clock.Advance(TimeSpan.FromDays(100));
        await monitor.Predict(A with { Id = "new", Time = monitor.Clock.GetUtcNow() });
        await monitor.Writer.SubmitAsync(new RetentionWork(monitor.Catalog, monitor.Options, monitor.Counted, NullLogger.Instance));
        await Assert.ThrowsAsync<StateForgottenException>(() => monitor.Evaluate(T, T.AddHours(1)));
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        Assert.True((await reader.ReadBoundsAsync("m", default))!.Value.First >= Core.Instant.From(T.AddDays(99)));
    }

    [Fact]
    public async Task Unknown_versions_are_found_told_apart_and_bounded_also_within_one_group()
    {
        var slow = new GatedStore(new InMemoryStore());
        await using var monitor = new Running(store: slow);
        var first = monitor.Predict(A);
        await slow.Waiting;
        // These two queue while the first commits: one group.
        var second = monitor.Predict([.. Enumerable.Range(0, 6).Select(i => A with { Id = $"x{i}", Version = $"x{i}" })]);
        var third = monitor.Predict([.. Enumerable.Range(0, 6).Select(i => A with { Id = $"y{i}", Version = $"y{i}" })]);
        slow.Open();
        await Task.WhenAll(first, second, third);
        await using var reader = await slow.OpenSnapshotAsync(default);
        var unknown = (await reader.ReadSeriesAsync("m", default)).Where(s => s.BaselineHash.Length == 0).Select(s => s.Version).ToArray();
        Assert.Equal(9, unknown.Length);
        Assert.Contains("other", unknown);
        var evaluation = await monitor.Evaluate(T, T.AddHours(1));
        Assert.Equal(1, evaluation.Rows);
        Assert.Equal(12, evaluation.Findings.Where(f => f.Kind == FindingKind.UnknownVersion).Sum(f => f.Value));
    }
}
