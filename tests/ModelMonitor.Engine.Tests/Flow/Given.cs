using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Core;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Tests.Intake;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>One row as a sender would write it. Scores in 64ths, so that sums of them are exact.</summary>
internal sealed record Row(string? Id, DateTimeOffset? Time, double? Score, double? X = 1, string? Carrier = "a", int? Label = null, DateTimeOffset? KnownAt = null, string? Version = null);

internal sealed record Truth(string? Id, double? Label, DateTimeOffset? KnownAt = null);

/// <summary>A small model without ONNX: a logged score, a number and a category.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static ModelOptions Options { get; } = new()
    {
        Name = "m",
        Version = "1",
        Task = TaskKind.Binary,
        Columns = new ColumnNames { Score = "score", LabelTime = "known_at", Version = "served_by" },
        LabelPositive = LabelValue.From(1L),
        Reference = new ReferenceFiles("train", "holdout"),
        Baseline = "baseline.json",
        Targets = [new("roc_auc", 0.6)],
    };

    public static MonitoredModel Model { get; } = ModelOf(Options);

    public static MonitorOptions Monitor(params RuleDefinition[] rules) => new()
    {
        StateFolder = "",
        Models = [Options],
        Windows = [new WindowOptions("hour", TimeSpan.FromHours(1), "0 0/5 * * * ?")],
        Rules = rules,
    };

    public static MonitoredModel ModelOf(ModelOptions options, bool overfitted = false)
    {
        var baseline = BaselineBuilder.Build(options, null, path => [Batch(Reference(overfitted && path == "holdout" ? 3 : 8))], CancellationToken.None);
        return new MonitoredModel(options, baseline, null);
    }

    /// <summary>640 rows; of every ten, two go against their score, or more where fewer are in order.</summary>
    private static Row[] Reference(int inOrder) =>
        [.. Enumerable.Range(0, 640).Select(i => new Row($"r{i}", Noon.AddDays(-30), (i % 64) / 64.0, i % 8, i % 3 == 0 ? "a" : "b", (i % 64 >= 32) == (i / 64 < inOrder) ? 1 : 0))];

    public static RecordBatch Batch(params IReadOnlyList<Row> rows) => Streams.Batch(
        ("prediction_id", Streams.Strings([.. rows.Select(r => r.Id)])),
        ("timestamp", Times(rows.Select(r => r.Time))),
        ("score", Streams.Doubles([.. rows.Select(r => r.Score)])),
        ("x", Streams.Doubles([.. rows.Select(r => r.X)])),
        ("carrier", Streams.Strings([.. rows.Select(r => r.Carrier)])),
        ("label", Streams.Ints([.. rows.Select(r => r.Label)])),
        ("known_at", Times(rows.Select(r => r.KnownAt))),
        ("served_by", Streams.Strings([.. rows.Select(r => r.Version)])));

    public static RecordBatch Batch(params IReadOnlyList<Truth> truths) => Streams.Batch(
        ("prediction_id", Streams.Strings([.. truths.Select(r => r.Id)])),
        ("label", Streams.Doubles([.. truths.Select(r => r.Label)])),
        ("known_at", Times(truths.Select(r => r.KnownAt))));

    private static TimestampArray Times(IEnumerable<DateTimeOffset?> times)
    {
        var builder = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC"));
        foreach (var time in times)
        {
            if (time is { } known) builder.Append(known);
            else builder.AppendNull();
        }

        return builder.Build();
    }
}
