using System.Globalization;
using System.Text.Json.Nodes;
using ModelMonitor.Host.Pages;
using ModelMonitor.Pages.Tests.Browser;
using ModelMonitor.Pages.Tests.Filled;

namespace ModelMonitor.Pages.Tests;

/// <summary>What stands on a page is what the API says of the same windows.</summary>
public sealed class NumbersTests(FilledMonitor monitor)
{
    [Fact]
    public async Task Performance_and_drift_over_time_are_the_stored_evaluations()
    {
        var html = await monitor.Client.GetStringAsync("models/flights");
        var stored = (await Stored("flights", "week")).ToDictionary(e => Day(e["end"]!));
        var drift = Html.Rows(html, "PSI of scores and labels by window");
        Assert.True(drift.Length >= 20, $"{drift.Length} windows");
        Assert.All(drift, row => Assert.Equal((Number(stored[row[0]]["drift"]!["score"]!["psi"]), Count(stored[row[0]]["rows"])), (row[2], row[1])));
        var measured = stored.Values.ToLookup(e => Day(e["performance_window"]!["end"]!));
        Assert.All(Html.Rows(html, "Performance by window"), row =>
        {
            var performance = measured[row[0]].First()["performance"]!;
            Assert.StartsWith(Number(performance["roc_auc"]!["value"]), row[3], StringComparison.Ordinal);
            Assert.Equal((Number(performance["f1"]!["value"]), Number(performance["brier"]!["value"])), (row[4], row[6]));
        });
    }

    [Fact]
    public async Task The_heat_map_holds_the_PSI_of_every_column_and_window()
    {
        var html = await monitor.Client.GetStringAsync("models/flights");
        var stored = (await Stored("flights", "week")).ToDictionary(e => Day(e["end"]!));
        var columns = Html.Rows(html, "Columns of the window, the worst first").Select(r => r[0]).ToArray();
        Assert.Equal(7, columns.Length);
        Assert.All(Html.Rows(html, "PSI by column and window"), row => Assert.All(columns.Select((name, i) => (name, i)), c =>
            Assert.Equal((double)stored[row[0]]["drift"]!["features"]![c.name]!["psi"]!, double.Parse(row[c.i + 1], CultureInfo.InvariantCulture), 0.0006)));
    }

    [Fact]
    public async Task Decisions_ROC_and_calibration_agree_with_the_metrics_of_the_same_window()
    {
        var html = await monitor.Client.GetStringAsync("models/flights");
        var performance = (await Stored("flights", "week"))[0]["performance"]!;
        var cells = Html.Rows(html, "Confusion matrix at the threshold 0.3").Select(r => r.Skip(1).Select(c => double.Parse(c.Split('·')[0], NumberStyles.AllowThousands | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        Assert.Equal((double)performance["precision"]!["value"]!, cells[0][0] / (cells[0][0] + cells[1][0]), 1e-12);
        Assert.Equal((double)performance["recall"]!["value"]!, cells[0][0] / (cells[0][0] + cells[0][1]), 1e-12);
        Assert.Contains($"Area {Number(performance["roc_auc"]!["value"])}", html, StringComparison.Ordinal);
        var distances = Html.Rows(html, "Shares of rows below a score").Select(r => double.Parse(r[3], CultureInfo.InvariantCulture));
        Assert.InRange((double)performance["ks"]!["value"]!, distances.Max() - 1e-4, distances.Max() + 0.05);
        var bins = Html.Rows(html, "Calibration by score").Select(r => (Rows: double.Parse(r[1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture), Gap: Math.Abs(Value(r[3]) - Value(r[4])))).ToArray();
        Assert.Equal((double)performance["ece"]!["value"]!, bins.Sum(b => b.Rows * b.Gap) / bins.Sum(b => b.Rows), 2e-4);
    }

    [Theory]
    [InlineData("flights", "origin_recent_late")]
    [InlineData("flights", "hour")]
    [InlineData("odd", Rows.Script)]
    [InlineData("odd", Rows.Quoted)]
    public async Task What_the_bins_of_a_column_add_is_its_PSI(string model, string name)
    {
        var html = await monitor.Client.GetStringAsync(Sights.Feature(model, name));
        var expected = (double)(await Stored(model, "week"))[0]["drift"]!["features"]![name]!["psi"]!;
        var rows = Html.Rows(html, $"Bins of {name}");
        Assert.Equal(Show.Number(expected), rows[^1][5]);
        Assert.Equal(expected, rows.SkipLast(1).Sum(r => Value(r[5])), 6e-5 * rows.Length);
        Assert.Equal(Count((await Stored(model, "week"))[0]["rows"]), rows[^1][1]);
    }

    [Fact]
    public async Task Slices_and_versions_stand_beside_what_the_store_has_of_them()
    {
        var slices = Html.Rows(await monitor.Client.GetStringAsync("models/credit?to=2002-01-14"), "Slices of the window, the worst first");
        Assert.Equal(3, slices.Length);
        var all = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/credit/evaluations?window=week&to=2002-01-14T00:00:01Z&limit=10"))!.AsArray();
        Assert.All(slices, row => Assert.Equal(Number(all.First(e => (string)e!["segment"]! == row[0])!["performance"]!["roc_auc"]!["value"]), row[3]));
        var versions = Html.Rows(await monitor.Client.GetStringAsync("models/flights/versions"), "The newest week window of each version");
        // The challenger is the same file: the same rows give the same digits.
        Assert.All(versions, row => Assert.Equal(row[1], row[2]));
        var registry = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/flights/versions"))!.AsArray();
        Assert.Equal(registry.Select(v => (string)v!["version"]!).Order(), Html.Rows(await monitor.Client.GetStringAsync("models/flights/versions"), "Versions that the registry knows").Select(r => r[0]).Order());
    }

    [Fact]
    public async Task Retrain_requests_messages_and_rules_are_those_of_the_API()
    {
        var versions = await monitor.Client.GetStringAsync("models/credit/versions");
        var requests = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/credit/retrains"))!.AsArray();
        Assert.NotEmpty(requests);
        Assert.Equal(requests.Select(r => (string)r!["status"]!), Html.Rows(versions, "Retrain requests, newest first").Select(r => r[1]));
        var messages = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/credit/actions?limit=50"))!.AsArray();
        Assert.Equal(messages.Select(m => ((string)m!["rule"]!, (string)m["status"]!)), Html.Rows(versions, "Messages, newest first").Select(r => (r[1], r[3])));
        var findings = await monitor.Client.GetStringAsync("models/credit/findings");
        Assert.Contains(Html.Rows(findings, "Rules and where they stand"), row => row[0] == "decay" && row[1].StartsWith("fires since", StringComparison.Ordinal));
        foreach (var finding in JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/credit/findings"))!.AsArray()) Assert.Contains((string)finding!["message"]!, Html.Text(findings), StringComparison.Ordinal);
        Assert.Contains("Retrain with recent rows: f03 left the range of the training data.", await monitor.Client.GetStringAsync("models/credit/findings?to=2002-01-14"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_monitor_counts_what_its_metrics_count()
    {
        var received = Html.Rows(await monitor.Client.GetStringAsync("monitor"), "Rows received");
        var metrics = await monitor.Client.GetStringAsync("metrics");
        Assert.Equal(10, received.Length);
        Assert.All(received, row => Assert.Contains($"modelmonitor_rows_received_total{{model=\"{row[0]}\",stream=\"{row[1]}\"}} {row[2].Replace(",", "", StringComparison.Ordinal)}\n", metrics, StringComparison.Ordinal));
    }

    private async Task<JsonObject[]> Stored(string model, string window)
    {
        var version = (string)JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models"))!.AsArray().First(m => (string)m!["name"]! == model)!["version"]!;
        var all = JsonNode.Parse(await monitor.Client.GetStringAsync($"v1/models/{model}/evaluations?window={window}&limit=1000"))!.AsArray();
        return [.. all.Select(e => e!.AsObject()).Where(e => (string)e["version"]! == version && (string)e["segment"]! == "")];
    }

    private static string Day(JsonNode time) => ((string)time!)[..10];

    private static string Number(JsonNode? value) => Show.Number((double?)value);

    private static string Count(JsonNode? value) => Show.Count((long?)value);

    private static double Value(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
