using System.Text.Json.Nodes;
using ModelMonitor.Host.Tests.Cli;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>Slices of recorded flights by day of week, against values computed elsewhere (tests/golden/segments.py).</summary>
public sealed class SegmentTests
{
    private const string Sliced = "    threshold: 0.3\n    segments: [day_of_week]";

    private static readonly JsonObject s_golden = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "segments.json")))!.AsObject();

    [Fact]
    public async Task Every_slice_of_every_month_is_what_scikit_learn_says()
    {
        using var flights = Flights(Sliced);
        var json = await flights.OfflineAsync("flights", "month");
        Compare(s_golden["overall"]!.AsObject(), json["overall"]!.AsObject());
        foreach (var window in json["windows"]!.AsArray()) Compare(s_golden["windows"]![((string)window!["start"]!)[..7]]!.AsObject(), window.AsObject());
    }

    [Fact]
    public async Task A_baseline_of_other_segments_is_refused()
    {
        using var flights = Flights(Sliced);
        Assert.Equal(0, (await Ran.Command("baseline", "-c", flights.Configuration)).Exit);
        foreach (var other in new[] { "[hour]", "[]", "{ columns: [day_of_week], limit: 5 }", "{ columns: [day_of_week], features: [hour] }" })
        {
            File.WriteAllText(flights.Configuration, File.ReadAllText(Path.Combine(flights.Data, "monitor.yaml")).Replace("    threshold: 0.3", $"    threshold: 0.3\n    segments: {other}", StringComparison.Ordinal));
            (await Ran.Command("check", "-c", flights.Configuration)).IsRefusedWith("it was made for other segments");
        }
    }

    [Fact]
    public async Task The_terminal_names_the_worst_slices()
    {
        using var flights = Flights(Sliced);
        var ran = await Ran.Command("evaluate", "-c", flights.Configuration, "--model", "flights", "--production", Ran.Data("flights", "production.arrows"), "--labels", Ran.Data("flights", "labels.arrows"), "--every", "month");
        Assert.Contains("slice day_of_week=5: roc_auc 0.7104 of 3,114 labelled rows", ran.Output, StringComparison.Ordinal);
        Assert.Contains("… of 7 slices; all are in the JSON", ran.Output, StringComparison.Ordinal);
    }

    private static Case Flights(string settings)
    {
        var flights = new Case("flights");
        File.WriteAllText(flights.Configuration, File.ReadAllText(flights.Configuration).Replace("    threshold: 0.3", settings, StringComparison.Ordinal));
        return flights;
    }

    private static void Compare(JsonObject golden, JsonObject window)
    {
        var segments = window["segments"]!.AsObject();
        Assert.Equal(golden.Select(s => s.Key).Order(), segments.Select(s => s.Key).Order());
        Assert.Equal((long)window["rows"]!, segments.Sum(s => (long)s.Value!["rows"]!));
        foreach (var (key, expected) in golden)
        {
            var slice = segments[key]!;
            Assert.Equal(((long)expected!["rows"]!, (long)expected["labelled"]!), ((long)slice["rows"]!, (long)slice["labelled"]!));
            foreach (var (metric, value) in expected["performance"]!.AsObject()) Assert.Equal((double)value!, (double)slice["performance"]![metric]!["value"]!, 1e-9);
            foreach (var (drift, value) in expected["score"]!.AsObject()) Assert.Equal((double)value!, (double)slice["drift"]!["score"]![drift]!, 1e-9);
        }
    }
}
