using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class SegmentTests
{
    private static readonly DateTimeOffset T = Given.Noon;

    /// <summary>Sliced by carrier (a: a third of the reference, b: the rest), with the drift of x in each slice.</summary>
    private static readonly MonitoredModel s_sliced = Given.ModelOf(Given.Options with { Segments = new SegmentOptions { Columns = ["carrier"], Features = ["x"] } });

    private static readonly Row[] s_rows =
        [.. Enumerable.Range(0, 400).Select(i => new Row($"r{i}", T.AddMinutes(i / 8), i * 37 % 64 / 64.0, i % 5, i % 7 == 0 ? "c" : i % 3 == 0 ? "a" : "b"))];

    private static readonly Truth[] s_truths = [.. s_rows.Select((row, i) => new Truth(row.Id, i * 37 % 64 + (i % 11) > 36 ? 1 : 0))];

    [Fact]
    public async Task A_slice_is_what_its_rows_alone_would_be()
    {
        var slices = await Slices(s_rows, s_truths);
        Assert.Equal(["carrier=b", "carrier=a", "carrier=other"], slices.Keys);
        foreach (var (key, carrier) in new[] { ("carrier=a", "a"), ("carrier=b", "b"), ("carrier=other", "c") })
        {
            var own = s_rows.Where(row => row.Carrier == carrier).ToArray();
            await using var alone = new Running();
            await alone.Predict(own);
            await alone.Tell([.. s_truths.Where(truth => own.Any(row => row.Id == truth.Id))]);
            var expected = await alone.Evaluate(T, T.AddHours(1));
            Assert.Equal(Values(expected), Values(slices[key]));
            Assert.Equal((expected.Rows, expected.Labelled), (slices[key].Rows, slices[key].Labelled));
        }
    }

    [Fact]
    public async Task A_slice_drifts_from_the_same_slice_of_the_reference()
    {
        var slice = (await Slices(s_rows, s_truths))["carrier=a"];
        var reference = s_sliced.Baseline.Segments["carrier=a"];
        // Every third of 640 rows.
        Assert.Equal(214, reference.Rows);
        Assert.Equal(["x"], slice.Drift.Features.Select(f => f.Key));
        var scores = Naive(s_sliced.Baseline.Shape.Score, s_rows.Where(r => r.Carrier == "a").Select(r => r.Score!.Value));
        Assert.Equal(PopulationStability.Psi(Deciles(reference.Score.Counts), Deciles(scores)).Psi, slice.Drift.Score["psi"].Value!.Value, 1e-12);
        Assert.Equal(reference.Holdout!.Performance["roc_auc"], s_sliced.Baseline.OfSegment("carrier=a").Holdout!.Performance["roc_auc"]);

        // Missing is the last bin of a view; there is none here.
        long[] Deciles(long[] fine)
        {
            var into = new long[s_sliced.Baseline.Shape.Score.Deciles.Length + 1];
            for (var bin = 0; bin < fine.Length; bin++) into[s_sliced.Baseline.Shape.Score.Deciles.ToArray().Count(edge => edge < bin)] += fine[bin];
            return into;
        }
    }

    [Fact]
    public async Task A_slice_that_the_reference_never_had_has_performance_and_no_drift()
    {
        var other = (await Slices(s_rows, s_truths))["carrier=other"];
        Assert.NotNull(other.Performance["roc_auc"].Value);
        Assert.Equal(MetricStatus.NoRows, other.Drift.Score["psi"].Status);
        Assert.Empty(other.Estimated);
        Assert.Empty(other.Findings);
    }

    [Fact]
    public async Task Slices_add_up_to_the_whole_also_after_corrections()
    {
        await using var monitor = new Running(s_sliced);
        await monitor.Tell([.. s_truths.Take(100)]);
        await monitor.Predict(s_rows);
        await monitor.Tell([.. s_truths.Skip(100)]);
        await monitor.Tell([.. s_truths.Take(50).Select(truth => truth with { Label = 1 - truth.Label })]);
        var whole = await monitor.Evaluate(T, T.AddHours(1));
        var slices = await Slices(monitor);
        Assert.Equal((whole.Rows, whole.Labelled, whole.LabelledPositives), (slices.Values.Sum(s => s.Rows), slices.Values.Sum(s => s.Labelled), slices.Values.Sum(s => s.LabelledPositives)));
        // What was taken back leaves nothing behind: the corrected labels told at once give the same.
        var corrected = await Slices(s_rows, [.. s_truths.Select((truth, i) => i < 50 ? truth with { Label = 1 - truth.Label } : truth)]);
        foreach (var (key, slice) in slices) Assert.Equal(corrected[key].Performance, slice.Performance);
    }

    [Fact]
    public async Task Any_order_of_deliveries_gives_the_same_report()
    {
        await using var atOnce = new Running(s_sliced);
        await atOnce.Predict(s_rows);
        await atOnce.Tell(s_truths);
        await using var shuffled = new Running(s_sliced);
        foreach (var truths in s_truths.Reverse().Chunk(90)) await shuffled.Tell(truths);
        foreach (var rows in s_rows.OrderBy(row => row.Id, StringComparer.Ordinal).Chunk(33)) await shuffled.Predict(rows);
        await shuffled.Sum();
        Assert.Equal(await Report(atOnce), await Report(shuffled));
        Assert.Contains("\"carrier=a\":{", await Report(atOnce), StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_many_values_there_are_the_slices_are_bounded()
    {
        var options = Given.Options with { Segments = new SegmentOptions { Columns = ["carrier"], Limit = 1 } };
        await using var monitor = new Running(Given.ModelOf(options));
        for (var i = 0; i < 20; i++)
            await monitor.Predict([.. Enumerable.Range(0, 500).Select(j => new Row($"{i}.{j}", T, 0.5, 1, j == 0 ? null : $"value {i} {j}"))]);
        await monitor.Predict(new Row("b", T, 0.5, 1, "b"));
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        Assert.Equal(["", "carrier=b", "carrier=other"], (await reader.ReadSeriesAsync("m", default)).Select(s => s.Segment));
        Assert.Equal((10_000, 1), ((await Slices(monitor))["carrier=other"].Rows, (await Slices(monitor))["carrier=b"].Rows));
    }

    [Fact]
    public void The_most_frequent_values_have_slices_ties_by_name_and_other_is_pooled()
    {
        var model = Given.ModelOf(Given.Options with { Segments = new SegmentOptions { Columns = ["x", "carrier"], Limit = 3 } });
        Assert.Equal(["x=0", "x=1", "x=2", "x=other", "carrier=b", "carrier=a", "carrier=other"], model.Baseline.Shape.Segments.Keys);
        var column = new SegmentColumn("c", ["other", "(missing)", "z"]);
        Assert.Equal(["c=(missing)", "c=z", "c=other"], column.Keys);
        Assert.Equal((0, 1, 2, 2), (column.PlaceOf(null), column.PlaceOf("z"), column.PlaceOf("other"), column.PlaceOf("?")));
    }

    [Fact]
    public void Slices_are_part_of_the_shape_and_survive_the_file()
    {
        Assert.NotEqual(Given.Model.Baseline.Hash, s_sliced.Baseline.Hash);
        var text = BaselineJson.Write(s_sliced.Baseline);
        var read = BaselineJson.Read(text);
        Assert.Equal(text, BaselineJson.Write(read));
        Assert.Equal(s_sliced.Baseline.Segments["carrier=b"].Score.Counts, read.Segments["carrier=b"].Score.Counts);
        Assert.Throws<BaselineFormatException>(() => BaselineJson.Read(text.Replace("\"carrier=b\"", "\"carrier=d\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_column_that_is_not_there_cannot_be_sliced_by()
    {
        var error = Assert.Throws<Engine.Intake.IntakeException>(() => Given.ModelOf(Given.Options with { Segments = new SegmentOptions { Columns = ["gone"] } }));
        Assert.Equal("holdout has no column 'gone' to slice by (segments)", error.Message);
        error = Assert.Throws<Engine.Intake.IntakeException>(() => Given.ModelOf(Given.Options with { Segments = new SegmentOptions { Columns = ["carrier"], Features = ["gone"] } }));
        Assert.Equal("segments.features: 'gone' is no watched column of holdout", error.Message);
    }

    [Fact]
    public void A_column_may_be_sliced_by_and_not_watched()
    {
        var model = Given.ModelOf(Given.Options with { Ignore = ["carrier"], Segments = new SegmentOptions { Columns = ["carrier"] } });
        Assert.Equal(["x"], model.Baseline.Shape.Features.Select(f => f.Name));
        Assert.Equal(214, model.Baseline.Segments["carrier=a"].Rows);
    }

    [Fact]
    public async Task A_rule_judges_the_slices_it_names_each_for_itself()
    {
        RuleDefinition[] rules = [
            new() { Name = "one", Metric = "brier", Above = 0, Segment = "carrier=a", Then = ["notify"] },
            new() { Name = "each", Metric = "brier", Above = 0, Segment = "carrier=*", Then = ["notify"] },
            new() { Name = "whole", Metric = "brier", Above = 0, Then = ["notify"] },
        ];
        var options = Given.Monitor(rules) with { Actions = [new ActionOptions { Name = "notify", Hook = "webhook", Url = new Uri("http://127.0.0.1/") }] };
        await using var monitor = new Running(s_sliced, options);
        await monitor.Predict([.. s_rows.Select(row => row with { Time = T.AddMinutes(90) })]);
        await monitor.Tell(s_truths);
        await monitor.Evaluations.RunAsync(options.Windows[0], default);
        var sent = (await monitor.Outbox()).Select(m => System.Text.Json.Nodes.JsonNode.Parse(m.Payload)!["data"]!).Select(p => $"{p["rule"]} {p["segment"]}").Order(StringComparer.Ordinal);
        // The slice `other` has fewer than 30 labels of a class: nothing is said of it.
        Assert.Equal(["each carrier=a", "each carrier=b", "one carrier=a", "whole "], sent);
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        Assert.Equal(["each@carrier=a", "each@carrier=b", "one@carrier=a", "whole"], (await reader.ReadRuleStatesAsync("m", default)).Select(s => s.Rule).Order(StringComparer.Ordinal));
        Assert.Equal(4, (await reader.ReadEvaluationsAsync("m", "hour", 0, long.MaxValue, 100, default)).Count);
        // The same window again: nobody evaluates a slice twice.
        await monitor.Evaluations.RunAsync(options.Windows[0], default);
        Assert.Equal(4, (await monitor.Outbox()).Count);
    }

    [Fact]
    public void A_rule_on_many_slices_asks_more_of_each()
    {
        var context = new RuleContext("roc_auc", LooksPerWindow: 3);
        Assert.Equal((3, 36), (context.ForSlices(1).LooksPerWindow, context.ForSlices(12).LooksPerWindow));
    }

    private static async Task<Dictionary<string, Evaluation>> Slices(Row[] rows, Truth[] truths)
    {
        await using var monitor = new Running(s_sliced);
        await monitor.Predict(rows);
        await monitor.Tell(truths);
        return await Slices(monitor);
    }

    private static async Task<Dictionary<string, Evaluation>> Slices(Running monitor)
    {
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        var range = new TimeRange(Instant.From(T), Instant.From(T.AddHours(1)));
        return await Evaluator.EvaluateSegmentsAsync(reader, monitor.Model, "w", range, range, 1, default).ToDictionaryAsync(e => e.Segment);
    }

    /// <summary>Without the errors of sub-periods: they are read only where a decision hangs on them, and decisions compare with another reference.</summary>
    private static IEnumerable<(string, MetricValue)> Values(Evaluation evaluation) => evaluation.Performance.Select(p => (p.Key, p.Value with { BlockError = null }));

    private static async Task<string> Report(Running monitor)
    {
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        return (await ReportBuilder.BuildAsync(reader, monitor.Model, CalendarWindows.Parse("day", 1), [], default))!.ToJson().ToJsonString();
    }

    private static long[] Naive(Core.Sketches.NumericShape shape, IEnumerable<double> values)
    {
        var counts = new long[shape.Edges.Bins];
        foreach (var value in values) counts[shape.Edges.Values.ToArray().Count(edge => edge < value)]++;
        return counts;
    }
}
