using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;
using ModelMonitor.Engine.Tests.Flow;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Scoring;
using ModelMonitor.Host.Tests.Store;
using Streams = ModelMonitor.Engine.Tests.Intake.Streams;

namespace ModelMonitor.Host.Tests.Configuration;

/// <summary>Four days of a monitor under some configuration, and everything that came of them as one text.</summary>
internal static class Life
{
    public const string Configuration = """
        models:
          m:
            version: "1"
            task: binary
            threshold: 0.5
            columns: { id: id, time: time, label: label, label_time: known_at, score: score, version: served_by }
            label_positive: 1
            categorical: [grade]
            categories: 4
            ignore: [spare, label2, score2, id2]
            reference: { train: train.arrows, holdout: holdout.arrows }
            baseline: baseline.json
            targets: { roc_auc: 0.99 }
            label_delay: 12h
            join: all
            gate: warn
            segments: { columns: [carrier], limit: 1, features: [x] }
        windows:
          day:   { size: 1d, schedule: "0 0/5 * * * ?" }
          short: { size: 6h, schedule: "0 0 * * * ?" }
        pane: 1h
        lateness: 10m
        retention: { panes: 3d, evaluations: 60d, waiting_predictions: 40h, delivery_keys: 7d }
        rules:
          shifted: { metric: psi, feature: "*", except: [carrier], above: 0.3, window: day, for: 1, min_rows: 10, then: [notify] }
          steady:  { metric: accuracy, below: 0.8, window: day, then: [notify] }
          odd:     { finding: unstable_feature, window: day, then: [notify] }
          weak:    { metric: roc_auc, below: 0.9, window: day, for: 1, min_rows: 20, min_label_share: 0.5, then: [notify, retrain] }
          sliced:  { metric: recall, segment: "*", below: 0.8, min_label_share: 0.1, window: day, then: [notify] }
          decay:   { finding: decay, drop: 5%, window: day, for: 1, min_rows: 20, min_label_share: 0.5, then: [retrain] }
        actions:
          notify:  { hook: webhook, url: "http://127.0.0.1:9/notify", cooldown: 36h }
          retrain: { hook: webhook, url: "http://127.0.0.1:9/retrain" }
        ingest: { max_queued_rows: 100000, max_future: 5m }
        """;

    private const int RowsAtOnce = 60;
    private static readonly DateTimeOffset s_start = Given.Noon.AddHours(12);

    /// <summary>Evaluations, messages, audit, counters, stored stretches and replies, in a fixed order.</summary>
    public static async Task<string> Of(string configuration)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["train.arrows"], Streams.Write(Batch(Rows(seed: 1, 1200, s_start.AddDays(-60), 0, 0.05))));
        File.WriteAllBytes(folder["holdout.arrows"], Streams.Write(Batch(Rows(seed: 2, 800, s_start.AddDays(-40), 0, 0.1))));
        var (options, faults) = MonitorConfiguration.Parse(configuration, folder["monitor.yaml"], new Dictionary<string, string>(), checkFiles: true);
        Assert.True(options is not null, string.Join("\n", faults));
        using var model = new ModelCatalog([new ModelLoader(new OnnxScorerFactory()).Load(options.Models[0])]);
        await using var monitor = new Running(model.Models[0], options);
        var text = new StringBuilder();
        monitor.Clock.SetUtcNow(s_start);
        for (var step = 0; step < 16; step++)
        {
            await Pass(monitor, step, text);
            await monitor.Sum();
            await monitor.Writer.SubmitAsync(new RetentionWork(monitor.Catalog, options, monitor.Counted, NullLogger.Instance));
            foreach (var window in options.Windows) await monitor.Evaluations.RunAsync(window, default);
        }

        await Describe(monitor, text);
        return text.ToString();
    }

    /// <summary>Six hours: predictions, labels of the six hours before, and everything that can go wrong with either.</summary>
    private static async Task Pass(Running monitor, int step, StringBuilder text)
    {
        monitor.Clock.Advance(TimeSpan.FromHours(6));
        var now = monitor.Clock.GetUtcNow();
        // From the second day on the data shift and the labels go against their scores more often.
        var rows = Rows(seed: 100 + step, RowsAtOnce, now, step < 4 ? 0 : 1.5, step < 4 ? 0.1 : 0.45);
        for (var i = 0; i < rows.Length; i++) rows[i] = rows[i] with { Id = $"{step}.{i}", Time = now.AddMinutes(-6 * i), Label = null, Version = i % 29 == 0 ? "0" : null };
        if (step == 9) rows[1] = rows[1] with { Id = "8.1" };
        if (step == 9) rows[2] = rows[2] with { Time = now.AddMinutes(20) };
        if (step == 15) rows[2] = rows[2] with { Time = now.AddDays(-3).AddHours(-8) };
        await Send($"p{step}", rows);
        // A delivery of the first day is repeated on the third.
        if (step == 11) await Send("p1", [.. Rows(seed: 101, RowsAtOnce, s_start.AddHours(12), 0, 0.1).Select((row, i) => row with { Id = $"1.{i}", Time = s_start.AddHours(12).AddMinutes(-6 * i), Label = null })]);
        if (step == 0) return;
        var truths = Rows(seed: 99 + step, RowsAtOnce, now, step - 1 < 4 ? 0 : 1.5, step - 1 < 4 ? 0.1 : 0.45)
            .Select((row, i) => new Told($"{step - 1}.{i}", row.Label!.Value, row.Label2!.Value, now.AddMinutes(-i))).Where((_, i) => i % 5 != 0).ToList();
        // A correction that was known earlier, and labels that come two days late.
        if (step >= 2) truths.Add(new Told($"{step - 2}.1", step % 2, step % 2, now.AddHours(-30)));
        if (step >= 9) truths.AddRange(Enumerable.Range(0, 8).Select(i => new Told($"{step - 8}.{5 * i}", 1, 0, now)));
        var reply = (await monitor.Ingest.LabelsAsync(monitor.Model, [Batch(truths)], new($"l{step}", UInt128.One)))!;
        text.AppendLine(ReplyJson.Write(reply));

        async Task Send(string key, Sent[] sent)
        {
            var answer = (await monitor.Ingest.PredictionsAsync(monitor.Model, [Batch(sent)], new(key, UInt128.One)))!.Value.Reply;
            text.AppendLine(ReplyJson.Write(answer));
        }
    }

    private static async Task Describe(Running monitor, StringBuilder text)
    {
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        foreach (var record in await reader.ReadEvaluationsAsync("m", null, long.MinValue, long.MaxValue, 10_000, default)) text.AppendLine(record.ToString());
        foreach (var message in await monitor.Outbox()) text.AppendLine(message.ToString());
        foreach (var entry in await monitor.Audit()) text.AppendLine(entry.ToString());
        foreach (var (key, count) in monitor.Counted.All.OrderBy(c => c.Key, StringComparer.Ordinal)) text.AppendLine(CultureInfo.InvariantCulture, $"{key}: {count}");
        foreach (var series in await reader.ReadSeriesAsync("m", default))
        {
            foreach (var level in DeltaSummer.Levels)
            {
                await foreach (var stored in reader.ReadStateAsync(new StateRange(series, level, long.MinValue, long.MaxValue), StatePart.Sums, default))
                    text.AppendLine(CultureInfo.InvariantCulture, $"{series} {level} {stored.Start}");
            }
        }
    }

    /// <summary>Rows whose label follows the score, but for a share of them; x and the grade shift.</summary>
    private static Sent[] Rows(int seed, int count, DateTimeOffset time, double shift, double noise)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var score = random.Next(1024) / 1024.0;
            var label = random.NextDouble() < noise ? random.Next(2) : score > 0.5 ? 1 : 0;
            var x = Math.Round(random.NextDouble() + random.NextDouble() + shift, 2);
            var grade = (int)(6 * Math.Pow(random.NextDouble(), 2) + (2 * shift));
            return new Sent($"r{seed}.{i}", time.AddMinutes(-i), score, 1 - score, x, grade, grade < 3 ? "a" : "b", x, label, 1 - label, null, null);
        })];
    }

    private static RecordBatch Batch(IReadOnlyList<Sent> rows) => Streams.Batch(
        ("id", Streams.Strings([.. rows.Select(r => r.Id)])),
        ("id2", Streams.Strings([.. rows.Select(r => Id2(r.Id))])),
        ("time", Times(rows.Select(r => r.Time))),
        ("score", Streams.Doubles([.. rows.Select(r => (double?)r.Score)])),
        ("score2", Streams.Doubles([.. rows.Select(r => (double?)r.Score2)])),
        ("x", Streams.Doubles([.. rows.Select(r => (double?)r.X)])),
        ("grade", Streams.Ints([.. rows.Select(r => (int?)r.Grade)])),
        ("carrier", Streams.Strings([.. rows.Select(r => r.Carrier)])),
        ("spare", Streams.Doubles([.. rows.Select(r => (double?)r.Spare)])),
        ("label", Streams.Ints([.. rows.Select(r => r.Label)])),
        ("label2", Streams.Ints([.. rows.Select(r => r.Label is null ? null : r.Label2)])),
        ("known_at", Times(rows.Select(r => r.KnownAt))),
        ("served_by", Streams.Strings([.. rows.Select(r => r.Version)])));

    private static RecordBatch Batch(IReadOnlyList<Told> truths) => Streams.Batch(
        ("id", Streams.Strings([.. truths.Select(r => r.Id)])),
        ("id2", Streams.Strings([.. truths.Select(r => Id2(r.Id))])),
        ("label", Streams.Ints([.. truths.Select(r => (int?)r.Label)])),
        ("label2", Streams.Ints([.. truths.Select(r => (int?)r.Label2)])),
        ("known_at", Times(truths.Select(r => (DateTimeOffset?)r.KnownAt))));

    /// <summary>The same in every delivery.</summary>
    private static string Id2(string id) => id[(id.IndexOf('.', StringComparison.Ordinal) + 1)..];

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

    private sealed record Sent(
        string Id, DateTimeOffset? Time, double Score, double Score2, double X, int Grade, string Carrier, double Spare, int? Label, int? Label2, DateTimeOffset? KnownAt, string? Version);

    private sealed record Told(string Id, int Label, int Label2, DateTimeOffset KnownAt);
}
