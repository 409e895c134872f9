using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Diagnosis;

/// <summary>A sound model with 20 000 reference rows (20 % positive) and a sound window of 5 000: each test breaks one thing.</summary>
internal static class Given
{
    public const long Day = 86_400_000_000;

    private static readonly NumericShape Deciles = new(new BinEdges(Enumerable.Range(1, 99).Select(x => (double)x)), [9, 19, 29, 39, 49, 59, 69, 79, 89], 0, 100, 50);

    public static FindingOptions Options { get; } = new() { PrimaryMetric = "roc_auc", Targets = Values(("roc_auc", 0.7)) };

    /// <summary>`distance` and `carrier` are inputs, `weather` is watched only.</summary>
    public static Baseline Reference { get; } = new()
    {
        Model = "flights",
        Version = "1",
        ModelSha256 = "",
        Hash = "h",
        Shape = new()
        {
            Task = TaskKind.Binary,
            Features =
            [
                new NumericFeatureShape("distance", true, Deciles),
                new CategoryFeatureShape("carrier", true, new CategoryShape(["AA", "DL"], [])),
                new NumericFeatureShape("weather", false, Deciles),
            ],
            Score = Deciles,
        },
        ReferenceRows = 20_000,
        Features =
        [
            new NumericReference(200, Flat(19_800), 0, 100, 50, 28),
            new CategoryReference(0, [12_000, 8_000, 0, 0], 20),
            new NumericReference(0, Flat(20_000), 0, 100, 50, 28),
        ],
        Score = new NumericReference(0, Flat(20_000), 0, 1, 0.2, 0.1),
        Labels = new(20_000, 4_000, 16_000),
        Train = new(40_000, Keyed(("roc_auc", Auc(0.76)))),
        Holdout = new(20_000, Keyed(("roc_auc", Auc(0.75)))),
        ScorePsiTrainToHoldout = 0.01,
    };

    public static Evaluation Sound { get; } = new()
    {
        Model = "flights",
        Version = "1",
        Task = TaskKind.Binary,
        Window = "day",
        Range = new(9 * Day, 10 * Day),
        Rows = 5_000,
        Labelled = 1_000,
        ScoreMinimum = 0.01,
        ScoreMaximum = 0.97,
        PerformanceRange = new(8 * Day, 9 * Day),
        PerformanceRows = 5_000,
        PerformanceLabelled = 4_800,
        LabelledPositives = 960,
        Performance = Keyed(("roc_auc", Auc(0.745))),
        Drift = Drift(0.01, ("distance", 0.01), ("carrier", 0.02), ("weather", 0.03)),
        Gaps = [Gap("train", "holdout", 0.013, 0.006), Gap("train", "production", 0.02, 0.01), Gap("holdout", "production", 0.007, 0.01)],
    };

    public static IReadOnlyList<Finding> FindingsOf(Evaluation evaluation, Baseline? baseline = null, FindingOptions? options = null) =>
        Findings.Of(evaluation, baseline ?? Reference, options ?? Options);

    /// <summary>The only finding.</summary>
    public static Finding FindingOf(Evaluation evaluation, Baseline? baseline = null, FindingOptions? options = null) =>
        Assert.Single(FindingsOf(evaluation, baseline, options));

    public static GeneralizationGap Gap(string from, string to, double value, double? error, string metric = "roc_auc") =>
        new(metric, from, to, MetricValue.Of(value) with { StandardError = error });

    /// <summary>A value with a standard error and its 95 % interval.</summary>
    public static MetricValue Auc(double value, double error = 0.004) =>
        MetricValue.Of(value) with { StandardError = error, Lower = value - (1.96 * error), Upper = value + (1.96 * error) };

    public static Dictionary<string, MetricValue> Keyed(params (string Key, MetricValue Value)[] values) => values.ToDictionary(x => x.Key, x => x.Value);

    public static Dictionary<string, double> Values(params (string Key, double Value)[] values) => values.ToDictionary(x => x.Key, x => x.Value);

    /// <summary>PSI of the score and of features, ten bins each.</summary>
    public static DriftValues Drift(double score, params (string Feature, double Psi)[] features) => new(
        Keyed(("psi", MetricValue.Of(score))),
        Keyed(("psi", MetricValue.Of(0.01))),
        [.. features.Select(x => KeyValuePair.Create<string, IReadOnlyDictionary<string, MetricValue>>(x.Feature, Keyed(("psi", MetricValue.Of(x.Psi)))))])
    {
        PsiBins = features.Select(x => x.Feature).Append(DriftValues.ScoreBinsKey).ToDictionary(x => x, _ => 10),
    };

    /// <summary>The sound drift with further values of one feature.</summary>
    public static DriftValues DriftWith(string feature, params (string Key, double Value)[] values) => Sound.Drift with
    {
        Features =
        [
            .. Sound.Drift.Features.Select(x => x.Key != feature ? x : KeyValuePair.Create<string, IReadOnlyDictionary<string, MetricValue>>(
                feature, x.Value.Where(y => values.All(z => z.Key != y.Key)).Concat(Keyed([.. values.Select(z => (z.Key, MetricValue.Of(z.Value)))])).ToDictionary())),
        ],
    };

    private static long[] Flat(long rows) => [.. Enumerable.Repeat(rows / 100, 100)];
}
