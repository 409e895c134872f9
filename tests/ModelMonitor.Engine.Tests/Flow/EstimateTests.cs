using System.Text.Json.Nodes;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>Estimates through the flow: baseline, ingest, evaluation, rules.</summary>
public sealed class EstimateTests
{
    private static readonly DateTimeOffset T = Given.Noon;

    /// <summary>As the reference: of ten rows below a score of a half two are positive, of ten above it eight.</summary>
    private static Row[] Rows(int count, bool flipped = false) => [.. Enumerable.Range(0, count).Select(i =>
        new Row($"{i}", T.AddSeconds(i), (i * 37 % 64) / 64.0, i % 8, i % 3 == 0 ? "a" : "b", ((i * 37 % 64) >= 32) == (i / 64 % 10 < 8) != flipped ? 1 : 0))];

    private static Row[] Unlabelled(params Row[] rows) => [.. rows.Select(r => r with { Label = null })];

    private static async Task<Evaluation> Evaluate(params Row[] rows)
    {
        await using var monitor = new Running();
        await monitor.Predict(rows);
        return await monitor.Evaluate(T, T.AddHours(1));
    }

    [Fact]
    public void The_reference_is_calibrated_to_what_it_holds()
    {
        var calibration = Given.Model.Baseline.Calibration!;
        Assert.True(calibration.Isotonic);
        Assert.Equal(640, calibration.FittedRows);
        Assert.Equal((0.2, 0.8), (calibration.ShareOf(0), calibration.ShareOf(1)));
        Assert.Equal(0.5, Assert.Single(calibration.Edges), 1e-12);
    }

    [Fact]
    public async Task Without_a_label_there_is_an_estimate_and_labels_bear_it_out()
    {
        var blind = await Evaluate(Unlabelled(Rows(640)));
        var seen = await Evaluate(Rows(640));
        Assert.Equal(0.8, blind.Estimated["precision"].Value!.Value, 1e-9);
        Assert.Equal(0.8, blind.Estimated["recall"].Value!.Value, 1e-9);
        Assert.Equal(640, blind.Estimated["precision"].Rows);
        Assert.Empty(blind.EstimatedErrors);
        Assert.Equal(blind.Estimated, seen.Estimated);
        Assert.Equal(0, seen.EstimatedErrors["precision"].Value!.Value, 1e-9);
        Assert.DoesNotContain(seen.Findings, f => f.Kind == FindingKind.CalibrationLost);
        foreach (var (key, value) in seen.Performance)
        {
            if (key != "ece") Assert.InRange(value.Value!.Value, seen.Estimated[key].Lower!.Value - 0.01, seen.Estimated[key].Upper!.Value + 0.01);
        }
    }

    [Fact]
    public async Task Where_labels_turn_against_the_scores_the_calibration_is_lost_and_estimates_are_withheld()
    {
        var evaluation = await Evaluate(Rows(640, flipped: true));
        Assert.Contains(evaluation.Findings, f => f.Kind == FindingKind.CalibrationLost);
        Assert.All(evaluation.Estimated.Values, value => Assert.Equal((null, MetricStatus.CalibrationLost), (value.Value, value.Status)));
        Assert.Equal(0.6, evaluation.EstimatedErrors["precision"].Value!.Value, 1e-9);
        Assert.Equal(0.2, evaluation.Performance["precision"].Value!.Value, 1e-9);
    }

    [Fact]
    public async Task The_JSON_has_estimates_beside_realised_values_and_their_errors()
    {
        await using var monitor = new Running();
        await monitor.Predict(Rows(640));
        var json = JsonNode.Parse(await monitor.Json(T, T.AddHours(1)))!;
        Assert.Equal(0.8, (double)json["estimated"]!["precision"]!["value"]!, 1e-9);
        Assert.Equal(0, (double)json["estimated_error"]!["precision"]!["value"]!, 1e-9);
        Assert.NotNull(json["estimated_error"]!["roc_auc"]!["upper"]);
    }

    [Fact]
    public async Task Without_a_hold_out_nothing_is_estimated_and_the_status_says_so()
    {
        var model = Given.ModelOf(Given.Options with { Reference = new ReferenceFiles("train", null) });
        Assert.Null(model.Baseline.Calibration);
        await using var monitor = new Running(model);
        await monitor.Predict(Rows(64));
        var evaluation = await monitor.Evaluate(T, T.AddHours(1));
        Assert.All(evaluation.Estimated.Values, value => Assert.Equal(MetricStatus.NoHoldout, value.Status));
        Assert.Empty(evaluation.EstimatedErrors);
    }

    /// <summary>The newest window has no labels yet: what is due is the one before, and its labels withdraw the estimate of the newest.</summary>
    [Fact]
    public async Task A_rule_on_an_estimate_needs_no_labels_and_says_nothing_once_the_calibration_is_lost()
    {
        var rule = new RuleDefinition { Name = "low", Metric = "estimated_precision", Below = 0.9 };
        await using var monitor = new Running(
            Given.Model with { Options = Given.Options with { LabelDelay = TimeSpan.FromHours(1) } }, Given.Monitor(rule));
        monitor.Clock.Advance(TimeSpan.FromMinutes(2));
        var newest = Unlabelled(Rows(640)).Select(r => r with { Id = "n" + r.Id, Time = r.Time!.Value.AddHours(1) }).ToArray();
        await monitor.Predict(newest);
        Assert.Equal((RuleOutcome.Breach, null), await Judge(monitor, rule));
        await monitor.Predict(Rows(640, flipped: true));
        Assert.Equal((RuleOutcome.Withheld, MetricStatus.CalibrationLost), await Judge(monitor, rule));
        await monitor.Evaluations.RunAsync(monitor.Options.Windows[0], default);
        Assert.Equal(1, monitor.Counted["skipped calibration_lost"]);
    }

    private static async Task<(RuleOutcome Outcome, string? Reason)> Judge(Running monitor, RuleDefinition rule)
    {
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        var (start, hour) = (Core.Instant.From(T), Core.Instant.Hour);
        var evaluation = await Evaluator.EvaluateAsync(reader, monitor.Model, "hour", new(start + hour, start + (2 * hour)), new(start, start + hour), 1, default);
        var verdict = RuleEvaluator.Judge(rule, evaluation, monitor.Model.Baseline, new RuleContext("roc_auc"));
        return (verdict.Outcome, verdict.Reason);
    }
}
