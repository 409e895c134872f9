using System.Globalization;
using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Rules;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>What the baseline keeps of the reference's own changes over time, and what it is good for.</summary>
public sealed class ReferenceNoiseTests
{
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "Data");

    private static Baseline Of(IReadOnlyList<Row> rows, params IReadOnlyList<TimeSpan> windows) =>
        BaselineBuilder.Build(Given.Options with { Windows = windows }, null, _ => [Given.Batch(rows)], CancellationToken.None);

    /// <summary>`Data/reference_noise.csv`, not in order of time.</summary>
    private static Row[] Golden() =>
        [.. File.ReadLines(Path.Combine(Data, "reference_noise.csv")).Skip(1).Select(line => line.Split(',')).Select((c, i) => new Row(
            $"r{i}", DateTimeOffset.UnixEpoch.AddSeconds(Number(c[0])), Number(c[3]), c[1].Length == 0 ? null : Number(c[1]), c[2].Length == 0 ? null : c[2], (int)Number(c[4])))];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [Fact]
    public void Noise_equals_the_values_computed_independently()
    {
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(Data, "reference_noise.json")))!;
        var noise = Of(Golden()).Noise.For(Instant.Day)!;
        Assert.Equal((int)expected["chunks"]!, noise.Chunks);
        (string Key, ValueNoise? Value)[] values =
        [
            ("x", noise.FeaturePsi["x"]), ("carrier", noise.FeaturePsi["carrier"]), ("score_psi", noise.ScorePsi), ("label_psi", noise.LabelPsi),
            ("roc_auc", noise.Performance["roc_auc"]), ("brier", noise.Performance["brier"]),
        ];
        foreach (var (key, value) in values)
        {
            Assert.Equal((int)expected[key]!["chunks"]!, value!.Chunks);
            Assert.Equal((double)expected[key]!["mean"]!, value.Mean, 1e-12);
            Assert.Equal((double)expected[key]!["standard_deviation"]!, value.StandardDeviation, 1e-12);
            Assert.Equal((double)expected[key]!["largest"]!, value.Largest, 1e-12);
        }
    }

    [Fact]
    public void Noise_is_kept_for_the_configured_windows_and_the_usual_lengths_that_give_twenty_chunks()
    {
        Assert.Equal([Instant.Day], Lengths(Of(Golden())));
        // 90 rows a day: 6 h hold too few, 18 h enough; a week gives three chunks.
        Assert.Equal([18 * Instant.Hour, Instant.Day], Lengths(Of(Golden(), TimeSpan.FromHours(6), TimeSpan.FromHours(18), TimeSpan.FromDays(7))));
        Assert.Empty(Lengths(Of([.. Golden().Select(r => r with { Time = null })])));
        Assert.Empty(Lengths(Given.Model.Baseline));
    }

    [Fact]
    public void Noise_is_written_and_read_back_and_guarded_by_the_hash_of_the_content_alone()
    {
        var (day, both) = (Of(Golden()), Of(Golden(), TimeSpan.FromHours(18)));
        Assert.Equal(day.Hash, both.Hash);
        var text = BaselineJson.Write(both);
        var read = BaselineJson.Read(text);
        Assert.Equivalent(both.Noise, read.Noise, strict: true);
        Assert.Equal(text, BaselineJson.Write(read));
        var json = JsonNode.Parse(text)!;
        Assert.Equal(["18h", "1d"], json["noise"]!.AsObject().Select(p => p.Key));
        json["noise"]!["1d"]!["score_psi"]!["largest"] = 9;
        Assert.Throws<BaselineFormatException>(() => BaselineJson.Read(json.ToJsonString()));
        Assert.Empty(BaselineJson.Read(BaselineJson.Write(Given.Model.Baseline)).Noise.Lengths);
    }

    [Fact]
    public async Task Weekends_that_the_reference_has_too_do_not_alarm_and_a_shift_still_does()
    {
        var model = new MonitoredModel(Given.Options, Of(Weeks(Monday, 6, seed: 1)), null);
        var innocent = new MonitoredModel(Given.Options, model.Baseline with { Noise = ReferenceNoise.None }, null);
        var rows = Weeks(Monday.AddDays(70), 2, seed: 2);
        Assert.Empty(await FiredBy(model, rows));
        Assert.Equal(["carrier", "score", "x"], await FiredBy(innocent, rows));
        // Beyond what any day of the reference had: a week moved by seven.
        Assert.Equal(["x"], await FiredBy(model, [.. rows.Select(r => r with { X = r.X + 7 })]));
    }

    /// <summary>Weeks of 300 rows a day; on Saturday and Sunday everything is different.</summary>
    private static Row[] Weeks(DateTimeOffset monday, int weeks, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, weeks * 7 * 300).Select(i =>
        {
            var weekend = i / 300 % 7 >= 5;
            var score = random.Next(weekend ? 24 : 0, weekend ? 64 : 40) / 64.0;
            return new Row($"{seed}/{i}", monday.AddMinutes(i * 4.8), score, random.Next(8) + (weekend ? 2 : 0), random.Next(weekend ? 2 : 20) == 0 ? "a" : "b", random.NextDouble() < score ? 1 : 0);
        })];
    }

    /// <summary>What fires where each day is a window: columns under the rule on PSI, or the score.</summary>
    private static async Task<IReadOnlyList<string>> FiredBy(MonitoredModel model, Row[] rows)
    {
        RuleDefinition[] rules =
        [
            new() { Name = "score", Metric = "score_psi", Above = 0.2, For = 2, MinRows = 100 },
            new() { Name = "x", Metric = "psi", Feature = "x", Above = 0.2, For = 2, MinRows = 100 },
            new() { Name = "carrier", Metric = "psi", Feature = "carrier", Above = 0.2, For = 2, MinRows = 100 },
        ];
        await using var monitor = new Running(model);
        monitor.Clock.SetUtcNow(rows[^1].Time!.Value.AddHours(1));
        await monitor.Predict(rows);
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        var report = await ReportBuilder.BuildAsync(reader, model, CalendarWindows.Parse("day", 5 * 60 * Instant.Second), rules, default);
        return [.. report!.Rules.Where(r => r.Change == RuleChange.Fired).Select(r => r.Rule).Distinct().Order()];
    }

    private static IEnumerable<long> Lengths(Baseline baseline) => baseline.Noise.Lengths.Select(n => n.Length);
}
