using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>`accept`: a window's production becomes the drift reference, and nothing else changes.</summary>
public sealed class AcceptTests
{
    private readonly Dictionary<string, string> _kept = [];

    [Fact]
    public async Task After_acceptance_the_window_has_no_drift_and_before_it_had()
    {
        await using var running = new Running(Model);
        await Drifted(running);
        var (from, to) = (Given.Noon, Given.Noon.AddHours(1));
        var before = await running.Evaluate(from, to);
        Assert.True(before.Drift.Score["psi"].Value > 0.5, $"{before.Drift.Score["psi"]}");
        var accepted = await Acceptance(running).AcceptAsync("m", "2026-03-02T12:00:00..2026-03-02T13:00:00", "alice", TestContext.Current.CancellationToken);

        Assert.Same(accepted.Baseline, running.Catalog.Find("m")!.Baseline);
        await using var reader = await running.Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        var after = await Evaluator.EvaluateAsync(reader, accepted, "w", before.Range, before.Range, 1, TestContext.Current.CancellationToken);
        Assert.Equal(before.Rows, after.Rows);
        Assert.Equal(0, after.Drift.Score["psi"].Value);
        Assert.Equal(0, after.Drift.Label["psi"].Value);
        Assert.All(after.Drift.Features, f =>
        {
            Assert.Equal(0, f.Value["psi"].Value);
            Assert.InRange(f.Value["js_distance"].Value!.Value, 0, 1e-7);
        });
        Assert.Equal(0, after.Drift.Features.First(f => f.Key == "x").Value["wasserstein_ratio"].Value);
        Assert.DoesNotContain(after.Findings, f => f.Kind is "unstable_score" or "unstable_feature" or "label_shift");
        // Facts about the version, and what it is counted on.
        Assert.Equal(Model.Baseline.Hash, accepted.Baseline.Hash);
        Assert.Equal(Model.Baseline.Train, accepted.Baseline.Train);
        Assert.Equal(Model.Baseline.Holdout, accepted.Baseline.Holdout);
    }

    [Fact]
    public async Task Each_slice_is_compared_with_its_own_rows_from_then_on()
    {
        var sliced = Given.ModelOf(Given.Options with { Segments = new() { Columns = ["carrier"], Features = ["x"] } }) with { BaselineFile = "kept.json" };
        await using var running = new Running(sliced);
        await Drifted(running);
        var range = new Core.Evaluations.TimeRange(Instant.From(Given.Noon), Instant.From(Given.Noon.AddHours(1)));
        var accepted = await Acceptance(running).AcceptAsync("m", "2026-03-02T12:00:00..2026-03-02T13:00:00", "alice", TestContext.Current.CancellationToken);
        await using var reader = await running.Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        var slices = await Evaluator.EvaluateSegmentsAsync(reader, accepted, "w", range, range, 1, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty(slices);
        Assert.All(slices, slice =>
        {
            Assert.Equal(0, slice.Drift.Score["psi"].Value);
            Assert.Equal(0, slice.Drift.Features.Single().Value["psi"].Value);
            Assert.Equal(slice.Rows, accepted.Baseline.Segments[slice.Segment].Rows);
        });
        Assert.Equal(sliced.Baseline.Segments["carrier=a"].Train, accepted.Baseline.Segments["carrier=a"].Train);
        Assert.Equal(_kept["kept.json"], BaselineJson.Write(BaselineJson.Read(_kept["kept.json"])));
    }

    [Fact]
    public async Task It_is_on_record_in_the_baseline_and_in_the_audit_and_survives_being_written_and_read()
    {
        await using var running = new Running(Model);
        await Drifted(running);
        var accepted = await Acceptance(running).AcceptAsync("m", "2026-03-02T12:00:00..2026-03-02T13:00:00", "alice", TestContext.Current.CancellationToken);
        var record = accepted.Baseline.Accepted!;
        Assert.Equal((200L, 200L, "alice", Instant.From(Given.Noon), Instant.From(Given.Noon.AddHours(1))), (record.Rows, record.LabelRows, record.By, record.Start, record.End));
        Assert.Equal(200, accepted.Baseline.ReferenceRows);
        var read = BaselineJson.Read(_kept["kept.json"]);
        Assert.Equal(record, read.Accepted);
        Assert.Equal(BaselineJson.Write(accepted.Baseline), BaselineJson.Write(read));
        Assert.Equal(_kept["kept.json"], BaselineJson.Write(read));
        var audit = Assert.Single(await running.Audit());
        Assert.Equal("alice", audit.Actor);
        Assert.Contains("accepted as the reference", audit.What, StringComparison.Ordinal);
        Assert.Contains("200 rows", audit.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configured_window_means_the_newest_that_was_evaluated_and_before_that_the_newest_with_rows()
    {
        await using var running = new Running(Model);
        await Drifted(running);
        // The clock stands at 14:00 and the newest row at 12:59.
        var first = (await Acceptance(running).AcceptAsync("m", "hour", "a", TestContext.Current.CancellationToken)).Baseline.Accepted!;
        Assert.Equal(Instant.From(Given.Noon.AddHours(1)), first.End);
        running.Clock.SetUtcNow(Given.Noon.AddHours(2).AddMinutes(30));
        await running.Predict([.. Enumerable.Range(0, 150).Select(i => new Row($"n{i}", Given.Noon.AddHours(1).AddMinutes(40), 0.5))]);
        await running.Evaluations.RunAsync(running.Options.Windows[0], TestContext.Current.CancellationToken);
        var second = (await Acceptance(running).AcceptAsync("m", "hour", "a", TestContext.Current.CancellationToken)).Baseline.Accepted!;
        Assert.Equal((Instant.From(Given.Noon.AddHours(2).AddMinutes(25)), 150L), (second.End, second.Rows));
    }

    [Theory]
    [InlineData("nobody", "hour", "there is no model 'nobody'; there is m")]
    [InlineData("m", "week", "there is no window 'week'; give one of hour, or START..END")]
    [InlineData("m", "2026-03-02T12:00..soon", "'soon'")]
    [InlineData("m", "2026-03-02..2026-03-02", "ends where it starts")]
    [InlineData("m", "2026-03-02T12:01..2026-03-02T13:00", "multiples of the pane")]
    [InlineData("m", "2026-02-01..2026-02-02", "0 rows")]
    [InlineData("m", "2026-03-02T12:00..2026-03-02T12:15", "at least 100")]
    public async Task What_cannot_be_a_reference_is_refused_and_changes_nothing(string model, string window, string says)
    {
        await using var running = new Running(Model);
        await Drifted(running);
        var refused = await Assert.ThrowsAsync<AcceptRefusedException>(() => Acceptance(running).AcceptAsync(model, window, "a", TestContext.Current.CancellationToken));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Empty(_kept);
        Assert.Empty(await running.Audit());
        Assert.Same(running.Model, running.Catalog.Find("m"));
    }

    [Fact]
    public async Task Labels_that_are_not_due_leave_the_reference_s_labels_as_they_were()
    {
        var options = Given.Options with { LabelDelay = TimeSpan.FromDays(30) };
        var model = Given.ModelOf(options) with { BaselineFile = "kept.json" };
        await using var running = new Running(model);
        await Drifted(running);
        var accepted = await Acceptance(running).AcceptAsync("m", "hour", "a", TestContext.Current.CancellationToken);
        Assert.Equal(model.Baseline.Labels, accepted.Baseline.Labels);
        Assert.Equal(0, accepted.Baseline.Accepted!.LabelRows);
    }

    [Fact]
    public async Task Categories_that_the_reference_never_had_are_expected_from_then_on()
    {
        await using var running = new Running(Model);
        await running.Predict([.. Enumerable.Range(0, 3000).Select(i => new Row($"p{i}", Given.Noon.AddMinutes(i % 60), (i % 64) / 64.0, i % 8, i % 5 == 0 ? "new" : "a"))]);
        var before = await running.Evaluate(Given.Noon, Given.Noon.AddHours(1));
        Assert.Contains(before.Findings, f => f.Kind == "data_quality" && f.Message.Contains("carrier", StringComparison.Ordinal));
        var accepted = await Acceptance(running).AcceptAsync("m", "hour", "a", TestContext.Current.CancellationToken);
        await using var reader = await running.Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        var after = await Evaluator.EvaluateAsync(reader, running.Model with { Baseline = BaselineJson.Read(_kept["kept.json"]) }, "w", before.Range, before.Range, 1, TestContext.Current.CancellationToken);
        Assert.Equal(0.2, after.Drift.Features.First(f => f.Key == "carrier").Value["unseen_ratio"].Value);
        Assert.Equal(0, after.Drift.Features.First(f => f.Key == "carrier").Value["psi"].Value);
        Assert.DoesNotContain(after.Findings, f => f.Kind == "data_quality");
        Assert.Equal(600, ((CategoryReference)accepted.Baseline.Features[1]).Counts[^1]);
    }

    private static MonitoredModel Model { get; } = Given.Model with { BaselineFile = "kept.json" };

    private ReferenceAcceptance Acceptance(Running running) => new(running.Catalog, running.Options, running.Store, running.Writer, running.Clock, (path, text) => _kept[path] = text);

    /// <summary>Two hundred rows within the hour after noon: higher scores, another number, labels at once.</summary>
    private static Task<IngestReply> Drifted(Running running) => running.Predict(
        [.. Enumerable.Range(0, 200).Select(i => new Row($"p{i}", Given.Noon.AddMinutes(i * 0.29), 0.5 + (i % 32 / 64.0), 5 + (i % 5), i % 4 == 0 ? "a" : "b", i % 5 == 0 ? 0 : 1))]);
}
