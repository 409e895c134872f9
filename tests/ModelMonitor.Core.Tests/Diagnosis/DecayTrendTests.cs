using System.Text.Json;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;
using static ModelMonitor.Core.Tests.Diagnosis.Given;

namespace ModelMonitor.Core.Tests.Diagnosis;

public sealed class DecayTrendTests
{
    private static readonly JsonDocument s_file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "trend.json")));

    public static TheoryData<string> Names => [.. s_file.RootElement.GetProperty("trends").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    private static (long End, MetricValue Value)[] Points(params double[] values) => [.. values.Select((v, i) => (i * Day, Auc(v, 0.002)))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Slopes_and_days_are_NumPys_and_SciPys(string name)
    {
        var golden = s_file.RootElement.GetProperty("trends").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        double[] Numbers(string key) => golden.GetProperty(key).ValueKind == JsonValueKind.Null ? [] : golden.GetProperty(key).Deserialize<double[]>()!;
        var (days, values, errors) = (Numbers("days"), Numbers("values"), Numbers("errors"));
        double? target = golden.GetProperty("target").ValueKind == JsonValueKind.Null ? null : golden.GetProperty("target").GetDouble();
        var points = days.Select((d, i) => ((long)(d * Day), MetricValue.Of(values[i]) with { StandardError = errors.Length == 0 ? null : errors[i] })).ToArray();
        var trend = DecayTrend.Of(golden.GetProperty("metric").GetString()!, points, target)!;
        var expected = golden.GetProperty("expected");
        void Same(string key, double? actual)
        {
            double? wanted = expected.TryGetProperty(key, out var number) ? number.GetDouble() : null;
            if (wanted is null) Assert.Null(actual);
            else Assert.InRange(actual!.Value, wanted.Value - (1e-8 * Math.Max(1, Math.Abs(wanted.Value))), wanted.Value + (1e-8 * Math.Max(1, Math.Abs(wanted.Value))));
        }

        Assert.Equal(days.Length, trend.Windows);
        Same("slope", trend.SlopePerDay.Value);
        Same("standard_error", trend.SlopePerDay.StandardError);
        Same("lower", trend.SlopePerDay.Lower);
        Same("upper", trend.SlopePerDay.Upper);
        Same("days", trend.DaysToTarget?.Value);
        Same("days_lower", trend.DaysToTarget?.Lower);
        Same("days_upper", trend.DaysToTarget?.Upper);
    }

    [Fact]
    public void Fewer_than_four_windows_say_nothing() => Assert.Null(DecayTrend.Of("roc_auc", Points(0.8, 0.7, 0.6), 0.5));

    [Fact]
    public void Windows_of_one_end_say_nothing() => Assert.Null(DecayTrend.Of("roc_auc", [.. Points(0.8, 0.7, 0.6, 0.5).Select(p => (Day, p.Value))], 0.5));

    [Fact]
    public void The_last_twelve_count()
    {
        var long_ = DecayTrend.Of("roc_auc", Points([.. Enumerable.Range(0, 20).Select(i => i < 8 ? 0.2 : 0.9 - (0.01 * i))]), null)!;
        Assert.Equal(12, long_.Windows);
        Assert.Equal(-0.01, long_.SlopePerDay.Value!.Value, 12);
    }

    [Fact]
    public void Where_no_direction_is_better_there_is_a_slope_and_no_day() =>
        Assert.Null(DecayTrend.Of("mean_error", Points(0.1, 0.2, 0.3, 0.4), 1)!.DaysToTarget);

    [Fact]
    public void A_finding_of_decay_says_when_the_target_is_missed()
    {
        var decayed = Sound with { Performance = Keyed(("roc_auc", Auc(0.70, 0.002))), Findings = [new(FindingKind.Decay, "roc_auc", "day", 0.1, 0.05, "It decayed."), new(FindingKind.LabelShift, null, "day", 1, 1, "Shifted.")] };
        var trend = decayed.WithTrend(Points(0.74, 0.73, 0.72, 0.71), 4 * Day, Options with { Targets = Values(("roc_auc", 0.65)) });
        Assert.Equal(5.0, trend.Decay!.DaysToTarget!.Value.Value!.Value, 9);
        Assert.StartsWith("It decayed. Over the last 5 windows roc_auc changes by -0.01 a day (", trend.Findings[0].Message, StringComparison.Ordinal);
        Assert.Contains("it misses its target in 5 days (", trend.Findings[0].Message, StringComparison.Ordinal);
        Assert.Equal("Shifted.", trend.Findings[1].Message);
    }

    [Fact]
    public void A_window_whose_labels_are_not_due_adds_no_point()
    {
        var immature = Sound with { PerformanceLabelled = 1_000 };
        Assert.Equal(4, immature.WithTrend(Points(0.74, 0.73, 0.72, 0.71), 4 * Day, Options).Decay!.Windows);
        Assert.Null(immature.WithTrend(Points(0.74, 0.73, 0.72), 4 * Day, Options).Decay);
    }
}
