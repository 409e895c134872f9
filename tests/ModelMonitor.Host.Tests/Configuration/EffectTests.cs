using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Host.Tests.Configuration;

/// <summary>A setting that is accepted and changes nothing would be a silent lie: each that touches a number is changed, and the outcome must differ.</summary>
public sealed class EffectTests
{
    /// <summary>Settings by path, and what of <see cref="Life.Configuration"/> is replaced by what.</summary>
    private static readonly (string Path, string From, string To)[] s_changes =
    [
        ("model.threshold", "threshold: 0.5", "threshold: 0.6"),
        ("model.label_positive", "label_positive: 1", "label_positive: 0"),
        ("model.categorical", "categorical: [grade]", "categorical: []"),
        ("model.categories", "categories: 4", "categories: 2"),
        ("model.ignore", "ignore: [spare, label2, score2, id2]", "ignore: [label2, score2, id2]"),
        ("model.label_delay", "label_delay: 12h", "label_delay: 18h"),
        ("model.join", "join: all", "join: none"),
        ("join.sample", "join: all", "join: { sample: 0.5 }"),
        ("model.targets", "targets: { roc_auc: 0.99 }", "targets: { f1: 0.5 }"),
        ("model.version", "version: \"1\"", "version: \"0\""),
        ("columns.id", "id: id,", "id: id2,"),
        ("columns.time", "time: time,", "time: other,"),
        ("columns.label", "label: label,", "label: label2,"),
        ("columns.label_time", "label_time: known_at", "label_time: other"),
        ("columns.score", "score: score,", "score: score2,"),
        ("columns.version", "version: served_by", "version: other"),
        ("reference.train", "train: train.arrows", "train: holdout.arrows"),
        ("reference.holdout", ", holdout: holdout.arrows", ""),
        ("segments.columns", "columns: [carrier]", "columns: [grade]"),
        ("segments.limit", "limit: 1,", "limit: 9,"),
        ("segments.features", "features: [x]", "features: [grade]"),
        ("rule.segment", "segment: \"*\"", "segment: \"carrier=a\""),
        ("window.size", "size: 6h", "size: 12h"),
        ("window.schedule", "size: 6h, schedule: \"0 0 * * * ?\"", "size: 6h, schedule: \"0 0 0/6 * * ?\""),
        ("monitor.pane", "pane: 1h", "pane: 30m"),
        ("monitor.lateness", "lateness: 10m", "lateness: 3h"),
        ("retention.panes", "panes: 3d", "panes: 4d"),
        ("retention.evaluations", "evaluations: 60d", "evaluations: 1d"),
        ("retention.waiting_predictions", "waiting_predictions: 40h", "waiting_predictions: 60h"),
        ("retention.delivery_keys", "delivery_keys: 7d", "delivery_keys: 1d"),
        ("rule.metric", "metric: accuracy", "metric: precision"),
        ("rule.finding", "finding: unstable_feature", "finding: unstable_score"),
        ("rule.feature", "feature: \"*\"", "feature: grade"),
        ("rule.except", "except: [carrier]", "except: [x]"),
        ("rule.above", "above: 0.3", "above: 3"),
        ("rule.below", "below: 0.9", "below: 0.1"),
        ("rule.drop", "drop: 5%", "drop: 90%"),
        ("rule.window", "below: 0.9, window: day", "below: 0.9, window: short"),
        ("rule.for", "above: 0.3, window: day, for: 1", "above: 0.3, window: day, for: 2"),
        ("rule.min_rows", "for: 1, min_rows: 10,", "for: 1, min_rows: 100000,"),
        ("rule.min_label_share", "below: 0.9, window: day, for: 1, min_rows: 20, min_label_share: 0.5", "below: 0.9, window: day, for: 1, min_rows: 20, min_label_share: 1"),
        ("rule.then", "min_rows: 10, then: [notify]", "min_rows: 10, then: []"),
        ("action.cooldown", "cooldown: 36h", "cooldown: 0"),
        ("ingest.max_future", "max_future: 5m", "max_future: 1h"),
    ];

    /// <summary>Settings that are no matter of numbers (addresses, files, limits of a request), or whose effect needs more than such a life: then the tests that show it.</summary>
    private static readonly Dictionary<string, string> s_elsewhere = new()
    {
        ["monitor.state"] = "a folder",
        ["monitor.allow_commands"] = "CommandHookTests",
        ["plugin.name"] = "PluginTests",
        ["plugin.folder"] = "PluginTests",
        ["plugin.required"] = "PluginTests",
        ["plugin.options"] = "PluginTests",
        ["action.secret"] = "WebhookHookTests",
        ["action.command"] = "CommandHookTests",
        ["action.timeout"] = "CommandHookTests",
        ["action.budget"] = "RetrainBudgetTests",
        ["action.options"] = "PluginTests",
        ["listen.http"] = "an address",
        ["listen.metrics"] = "an address",
        ["listen.flight"] = "an address",
        ["capture.rows_per_day"] = "CaptureFlowTests",
        ["capture.sample"] = "CaptureFlowTests",
        ["capture.exclude"] = "CaptureFlowTests",
        ["capture.hash"] = "CaptureFlowTests",
        ["capture.entity"] = "CaptureFlowTests",
        ["capture.validate"] = "CaptureFlowTests",
        ["retention.captured"] = "CaptureFlowTests",
        ["promotion.mode"] = "LoopTests",
        ["promotion.margin"] = "LoopTests",
        ["promotion.holdout_margin"] = "LoopTests",
        ["promotion.validate_rows"] = "LoopTests",
        ["promotion.shadow"] = "LoopTests",
        ["promotion.shadow_rows"] = "LoopTests",
        ["promotion.watch"] = "LoopTests",
        ["promotion.accept"] = "LoopTests",
        ["listen.url"] = "an address",
        ["listen.operator_key"] = "OperatorKeyTests",
        ["model.task"] = "decides what else may be set",
        ["model.onnx"] = "a file",
        ["model.ensemble"] = "EnsembleTests",
        ["challenger.onnx"] = "ChallengerTests",
        ["challenger.threshold"] = "ChallengerTests",
        ["challenger.baseline"] = "ChallengerTests",
        ["device.name"] = "DeviceTests",
        ["device.library"] = "DeviceTests",
        ["device.required"] = "DeviceTests",
        ["device.options"] = "DeviceTests",
        ["input.columns"] = "InputBindingTests",
        ["input.value"] = "InputBindingTests",
        ["input.default"] = "InputBindingTests",
        ["model.baseline"] = "a file",
        ["score.output"] = "OutputTests",
        ["score.positive"] = "OutputTests",
        ["score.classes"] = "MulticlassTests",
        ["score.activation"] = "InputBindingTests",
        ["model.gate"] = "RunEndsTests",
        ["rule.beyond"] = "BeyondTests",
        ["reference.production"] = "LearningTests",
        ["action.hook"] = "a name",
        ["action.url"] = "an address",
        ["ingest.max_request"] = "LimitTests",
        ["ingest.max_decoded"] = "LimitTests",
        ["ingest.max_queued_rows"] = "LimitTests",
    };

    private static readonly Lazy<Task<string>> s_unchanged = new(() => Life.Of(Life.Configuration));

    public static TheoryData<string> Changed => [.. s_changes.Select(change => change.Path)];

    [Fact]
    public async Task A_life_told_twice_is_the_same_life() => Assert.Equal(await s_unchanged.Value, await Life.Of(Life.Configuration));

    [Theory]
    [MemberData(nameof(Changed))]
    public async Task Changing_a_setting_changes_what_comes_of_it(string path)
    {
        var (_, from, to) = s_changes.Single(change => change.Path == path);
        var parts = Life.Configuration.Split(from);
        Assert.True(parts.Length == 2, $"'{from}' must stand once in the configuration; it stands {parts.Length - 1} times");
        Assert.NotEqual(await s_unchanged.Value, await Life.Of(parts[0] + to + parts[1]));
    }

    [Fact]
    public void Every_setting_is_changed_here_or_has_its_place_elsewhere()
    {
        var known = s_changes.Select(change => change.Path).Concat(s_elsewhere.Keys).ToHashSet();
        var settings = Shapes.All.SelectMany(section => section.Keys
            .Where(key => key.Value is LeafShape or NamesShape { Each: LeafShape } || (section.Name, key.Key) == ("model", "join"))
            .Select(key => $"{section.Name}.{key.Key}")).ToList();
        Assert.Empty(settings.Except(known));
        Assert.Empty(known.Except(settings));
        var tests = typeof(EffectTests).Assembly.GetTypes().Select(type => type.Name).ToHashSet();
        Assert.All(s_elsewhere.Values.Where(place => place.EndsWith("Tests", StringComparison.Ordinal)), place => Assert.Contains(place, tests));
    }
}
