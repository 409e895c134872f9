using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>Challengers score the rows of the version that serves, each into a state of its own.</summary>
public sealed class ShadowTests
{
    private static readonly DateTimeOffset s_noon = Given.Noon;

    [Fact]
    public async Task What_a_challenger_counts_is_what_it_would_count_alone_and_the_champion_counts_as_without_it()
    {
        var (second, third) = (Challenger("2"), Challenger("3", half: true));
        await using var shadowed = new Running(Given.Model with { Challengers = [second, third] });
        await using var plain = new Running();
        await using var alone2 = new Running(second);
        await using var alone3 = new Running(third);
        foreach (var monitor in new[] { shadowed, plain, alone2, alone3 })
        {
            // A label first, predictions over several panes, labels after, one of them corrected, one row twice.
            await monitor.Tell(new Truth("a3", 1));
            await monitor.Predict([.. Enumerable.Range(0, 60).Select(i => new Row($"a{i}", s_noon.AddMinutes(i), i / 64.0, i % 8, i % 3 == 0 ? "a" : "c", i % 7 == 0 ? i % 2 : null))]);
            await monitor.Predict(new Row("a5", s_noon, 0.5), new Row("b", s_noon.AddMinutes(2), 0.25, null));
            await monitor.Tell([.. Enumerable.Range(0, 40).Select(i => new Truth($"a{i}", i % 2, s_noon.AddHours(1)))]);
            await monitor.Tell(new Truth("a11", 0, s_noon.AddHours(2)));
            await monitor.Sum();
        }

        Assert.Equal(await State(plain, plain.Serving), await State(shadowed, shadowed.Serving));
        Assert.Equal(await State(alone2, second), await State(shadowed, second));
        Assert.Equal(await State(alone3, third), await State(shadowed, third));
        Assert.NotEqual(await State(shadowed, second), await State(shadowed, third));
    }

    [Fact]
    public async Task A_challenger_is_evaluated_beside_the_champion_and_no_rule_sounds_for_it()
    {
        var rule = new RuleDefinition { Name = "weak", Metric = "roc_auc", Above = 0, Then = [] };
        var sink = new Recorded();
        var options = Given.Monitor(rule);
        await using var monitor = new Running(Given.Model with { Challengers = [Challenger("2")] }, options, null, sink);
        await monitor.Predict([.. Enumerable.Range(0, 50).Select(i => new Row($"a{i}", s_noon.AddMinutes(65 + (i / 2)), i / 64.0, i % 8, "a", i % 2))]);
        await monitor.Evaluations.RunAsync(options.Windows[0], default);
        Assert.Equal(["1", "2"], sink.Published.Select(p => p.Evaluation.Version));
        Assert.All(sink.Published, p => Assert.Equal(["1", "2"], p.Versions));
        Assert.Equal([1, 0], sink.Published.Select(p => p.Rules.Count));
        Assert.NotEqual(sink.Published[0].Evaluation.Performance["roc_auc"].Value, sink.Published[1].Evaluation.Performance["roc_auc"].Value);
    }

    [Fact]
    public async Task Added_and_removed_while_rows_stream_in_none_is_lost_and_none_is_mixed()
    {
        await using var monitor = new Running();
        using var stop = new CancellationTokenSource();
        const int Deliveries = 150, RowsEach = 20;
        var swaps = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                monitor.Catalog.AddChallenger(Challenger("2"));
                await Task.Yield();
                if (i % 3 == 0) monitor.Catalog.AddChallenger(Challenger("3", half: true));
                await Task.Yield();
                monitor.Catalog.RemoveChallenger("m", "2");
                if (i % 3 == 1) monitor.Catalog.RemoveChallenger("m", "3");
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 3).Select(sender => Task.Run(async () =>
        {
            for (var d = 0; d < Deliveries; d++)
            {
                await monitor.Predict([.. Enumerable.Range(0, RowsEach).Select(i => new Row($"{sender}.{d}.{i}", s_noon.AddMinutes(d % 50), ((i * 3) + d) % 64 / 64.0, i % 8, "a", d % 2))]);
            }
        })));
        await stop.CancelAsync();
        await swaps;
        await monitor.Sum();

        await using var plain = new Running();
        for (var sender = 0; sender < 3; sender++)
            for (var d = 0; d < Deliveries; d++)
                await plain.Predict([.. Enumerable.Range(0, RowsEach).Select(i => new Row($"{sender}.{d}.{i}", s_noon.AddMinutes(d % 50), ((i * 3) + d) % 64 / 64.0, i % 8, "a", d % 2))]);
        await plain.Sum();
        Assert.Equal(await State(plain, plain.Serving), await State(monitor, monitor.Serving));
        foreach (var (version, half) in new[] { ("2", false), ("3", true) })
        {
            var model = Challenger(version, half);
            await using var reader = await monitor.Store.OpenSnapshotAsync(default);
            var state = await WindowReader.ReadAsync(reader, model.Series, new(Instant.From(s_noon), Instant.From(s_noon.AddHours(1))), Core.Panes.PaneState.Empty(model.Baseline.Hash, model.Baseline.Shape), default);
            // Whole deliveries, scored and labelled as they stand or not at all.
            Assert.Equal(0, state.Rows % RowsEach);
            Assert.InRange(state.Rows, RowsEach, 3 * Deliveries * RowsEach);
            Assert.Equal(state.Rows, state.LabelledRows);
            Assert.Equal(0, state.Unscored);
        }

        Assert.Equal(0, monitor.Counted["rejected predictions duplicate_id"]);
    }

    /// <summary>A batch is scored and counted under the versions that it began with: whoever serves when it is committed, each version counts each row once.</summary>
    [Fact]
    public async Task While_versions_take_each_others_place_no_row_is_lost_or_counted_twice()
    {
        await using var monitor = new Running(Given.Model with { Challengers = [Challenger("2")] });
        using var stop = new CancellationTokenSource();
        const int Deliveries = 100, RowsEach = 20;
        var changes = 0;
        var swaps = Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; changes++)
            {
                monitor.Catalog.Serve(monitor.Serving.Challengers[0]);
                await Task.Yield();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 3).Select(sender => Task.Run(async () =>
        {
            for (var d = 0; d < Deliveries; d++)
            {
                await monitor.Predict([.. Enumerable.Range(0, RowsEach).Select(i => new Row($"{sender}.{d}.{i}", s_noon.AddMinutes(d % 50), i / 64.0, i % 8, "a"))]);
                await monitor.Tell([.. Enumerable.Range(0, RowsEach).Select(i => new Truth($"{sender}.{d}.{i}", i % 2))]);
            }
        })));
        await stop.CancelAsync();
        await swaps;
        await monitor.Sum();
        Assert.True(changes > 10);
        foreach (var model in monitor.Serving.Versions)
        {
            await using var reader = await monitor.Store.OpenSnapshotAsync(default);
            var state = await WindowReader.ReadAsync(reader, model.Series, new(Instant.From(s_noon), Instant.From(s_noon.AddHours(1))), Core.Panes.PaneState.Empty(model.Baseline.Hash, model.Baseline.Shape), default);
            Assert.Equal((3 * Deliveries * RowsEach, 3 * Deliveries * RowsEach), (state.Rows, state.LabelledRows));
        }
    }

    [Fact]
    public async Task Rows_that_a_known_version_served_are_no_unknown_version()
    {
        await using var monitor = new Running(Given.Model with { Challengers = [Challenger("2")] });
        await monitor.Predict(new Row("a", s_noon, 0.5, Version: "1"), new Row("b", s_noon, 0.5, Version: "2"), new Row("c", s_noon, 0.5, Version: "3"));
        await monitor.Sum();
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        var series = await reader.ReadSeriesAsync("m", default);
        Assert.Equal(["3"], series.Where(s => s.BaselineHash.Length == 0).Select(s => s.Version));
        Assert.Equal(["1", "2"], series.Where(s => s.BaselineHash.Length > 0).Select(s => s.Version).Order());
    }

    [Fact]
    public async Task A_challenger_that_is_disposed_meanwhile_is_left_out_and_the_delivery_is_taken()
    {
        var challenger = Challenger("2");
        await using var monitor = new Running(Given.Model with { Challengers = [challenger] });
        challenger.Scorer!.Dispose();
        Assert.Equal(1, (await monitor.Predict(new Row("a", s_noon, 0.5))).Rows);
        Assert.Equal(1, monitor.Counted["shadow failed 2"]);
    }

    [Fact]
    public void The_version_that_serves_is_no_challenger_and_neither_is_one_of_another_model()
    {
        using var catalog = new ModelCatalog([Given.Model]);
        Assert.Throws<ArgumentException>(() => catalog.AddChallenger(Challenger("1")));
        Assert.Throws<ArgumentException>(() => catalog.AddChallenger(Given.ModelOf(Given.Options with { Name = "other", Version = "2" })));
        Assert.False(catalog.RemoveChallenger("m", "2"));
        catalog.AddChallenger(Challenger("2"));
        Assert.True(catalog.Watches(catalog.Find("m")!.Challengers[0]));
        Assert.True(catalog.RemoveChallenger("m", "2"));
        Assert.Empty(catalog.Find("m")!.Challengers);
    }

    [Fact]
    public void A_new_state_of_a_version_counts_wherever_the_version_stands_by_then_and_brings_none_back()
    {
        using var catalog = new ModelCatalog([Given.Model]);
        catalog.AddChallenger(Challenger("2"));
        var renewed = Given.Model with { Baseline = Given.Model.Baseline with { ReferenceRows = 7 } };
        catalog.Serve(catalog.Find("m")!.Challengers[0]);
        catalog.Replace(renewed);
        Assert.Equal("2", catalog.Find("m")!.Baseline.Version);
        Assert.Equal(("1", 7L), Assert.Single(catalog.Find("m")!.Challengers) is var before ? (before.Baseline.Version, before.Baseline.ReferenceRows) : default);
        catalog.RemoveChallenger("m", "1");
        catalog.Replace(Given.Model);
        Assert.Equal(("1", Given.Model.Baseline.ReferenceRows), Assert.Single(catalog.Find("m")!.Earlier) is var earlier ? (earlier.Baseline.Version, earlier.Baseline.ReferenceRows) : default);
        Assert.Empty(catalog.Find("m")!.Challengers);
        catalog.Replace(catalog.Find("m")! with { Baseline = catalog.Find("m")!.Baseline with { ReferenceRows = 9 } });
        Assert.Equal(("2", 9L, "1"), catalog.Find("m") is { } serving ? (serving.Baseline.Version, serving.Baseline.ReferenceRows, Assert.Single(serving.Earlier).Baseline.Version) : default);
    }

    private static MonitoredModel Challenger(string version, bool half = false)
    {
        var model = Given.ModelOf(Given.Options with { Version = version, Columns = Given.Options.Columns with { Version = null } });
        return model with { Scorer = new ByNumber(half ? 16 : 8) };
    }

    private static async Task<byte[]> State(Running monitor, MonitoredModel model)
    {
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        var state = await WindowReader.ReadAsync(reader, model.Series, new(Instant.From(s_noon), Instant.From(s_noon.AddHours(1))), Core.Panes.PaneState.Empty(model.Baseline.Hash, model.Baseline.Shape), default);
        return [.. state.WriteSums(), .. state.WriteDistinctScores()];
    }

    /// <summary>Scores x ÷ a number; a row without x gets none.</summary>
    private sealed class ByNumber(double divisor) : IScorer
    {
        private volatile bool _disposed;

        public IReadOnlyList<string> InputColumns => ["x"];

        public string Provider => "cpu";

        public string Sha256 => "";

        public UnscoredRow? Score(RecordBatch batch, Span<double> scores)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var x = (DoubleArray)batch.Column("x");
            for (var row = 0; row < batch.Length; row++) scores[row] = x.GetValue(row) / divisor ?? double.NaN;
            return null;
        }

        public void Dispose() => _disposed = true;
    }

    private sealed class Recorded : IEvaluationSink
    {
        public string Name => "recorded";

        public List<PublishedEvaluation> Published { get; } = [];

        public ValueTask PublishAsync(PublishedEvaluation published, CancellationToken cancellationToken)
        {
            Published.Add(published);
            return ValueTask.CompletedTask;
        }
    }
}
