using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Apache.Arrow;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Cli;
using ModelMonitor.Host.Pages;
using ModelMonitor.Pages.Tests.Filled;

namespace ModelMonitor.Pages.Tests;

/// <summary>Single residuals of captured rows: what is drawn against the rows that were sent.</summary>
public sealed class ResidualTests(FilledMonitor monitor) : IDisposable
{
    private const string Newest = "models/rides?to=2002-01-28";
    private const int Drawn = 400;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-residuals-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_page_shows_the_newest_captured_rows_of_its_window()
    {
        var html = await monitor.Client.GetStringAsync(Newest);
        var sent = await SentAsync(_ => true);
        Assert.True(sent.Length > Drawn, $"{sent.Length} rows");
        AssertShows([.. sent.Take(Drawn)], html);
    }

    [Fact]
    public async Task A_slice_shows_its_own_rows()
    {
        var sent = await SentAsync(zone => zone == "outer");
        Assert.InRange(sent.Length, 50, Drawn - 1);
        AssertShows(sent, await monitor.Client.GetStringAsync(Newest + "&segment=zone%3Douter"));
    }

    [Fact]
    public async Task A_dot_is_a_row_and_nothing_more_is_told_of_it()
    {
        var html = await monitor.Client.GetStringAsync(Newest);
        var figure = Html.Figure(html, "residual-scatter");
        Assert.Equal(Drawn, Regex.Count(Regex.Match(figure, "class=\"dots cloud production\" d=\"([^\"]*)\"").Groups[1].Value, "h0"));
        Assert.DoesNotContain("ride3", html, StringComparison.Ordinal);
        Assert.Contains("400 newest rows of 2002-01-21 to 2002-01-28 that are captured and labelled", Html.Text(figure), StringComparison.Ordinal);
        Assert.DoesNotContain("with `capture`", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/odd?to=2001-04-16", "configured with `capture`")]
    [InlineData("models/rides?to=2001-12-17", "No labelled row of the window 2001-12-10 to 2001-12-17 is captured, or none any more")]
    public async Task Where_no_row_is_kept_there_is_no_chart_and_the_note_says_why(string path, string says)
    {
        var html = await monitor.Client.GetStringAsync(path);
        Assert.Contains(says, Html.Text(Html.Figure(html, "residuals")), StringComparison.Ordinal);
        Assert.DoesNotContain("residual-scatter", html, StringComparison.Ordinal);
        Assert.DoesNotContain("residual-histogram", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_has_them_too_where_the_configuration_captures()
    {
        var (configuration, report) = (Path.Combine(_folder.FullName, "monitor.yaml"), Path.Combine(_folder.FullName, "report.html"));
        var yaml = await File.ReadAllTextAsync(FilledMonitor.Data("chicago", "monitor.yaml"));
        yaml = Regex.Replace(yaml, "(onnx|train|holdout|baseline): ([a-z_.]+)", m => $"{m.Groups[1].Value}: \"{FilledMonitor.Data("chicago", m.Groups[2].Value)}\"");
        await File.WriteAllTextAsync(configuration, yaml.Replace("    label_delay: 2d", "    label_delay: 2d\n    capture: on", StringComparison.Ordinal));
        var ran = await Evaluate.ConfiguredAsync(configuration, "chicago", "chicago", "year", report);
        Assert.True(ran.Exit == ExitCode.Done, ran.Error);

        var labels = ArrowBatches.OpenFile(FilledMonitor.Data("chicago", "labels.arrows")).ReadAll().SelectMany(b => Texts(b, "entity_id").Zip(Numbers(b, "y_true"))).ToDictionary(r => r.First, r => r.Second);
        var scores = (await File.ReadAllLinesAsync(FilledMonitor.Data("chicago", "expected_scores.csv"))).Skip(1).Select(line => line.Split(',')).ToDictionary(c => c[0], c => double.Parse(c[1], CultureInfo.InvariantCulture));
        // An entity is a day, so the newest rows have the greatest ids.
        AssertShows([.. labels.Keys.OrderDescending(StringComparer.Ordinal).Take(Drawn).Select(id => (scores[id], labels[id]))], await File.ReadAllTextAsync(report));
    }

    [Fact]
    public async Task A_report_says_what_it_would_take()
    {
        var report = Path.Combine(_folder.FullName, "report.html");
        Assert.Equal(ExitCode.Done, (await Evaluate.ReportAsync("chicago", "chicago", "year", report)).Exit);
        var html = await File.ReadAllTextAsync(report);
        Assert.Contains("configured with `capture`", Html.Text(Html.Figure(html, "residuals")), StringComparison.Ordinal);
        Assert.DoesNotContain("residual-scatter", html, StringComparison.Ordinal);
    }

    /// <summary>The tables, against rows that are sorted and counted here.</summary>
    private static void AssertShows((double Score, double Label)[] rows, string html)
    {
        var tenths = rows.Select(r => (r.Score, Residual: r.Score - r.Label, Tenth: 10 * rows.Count(other => other.Score < r.Score) / rows.Length)).GroupBy(r => r.Tenth).OrderBy(g => g.Key).Select(g => g.ToArray());
        Assert.Equal(tenths.Select(t => new[] { $"{Show.Number(t.Min(r => r.Score))} – {Show.Number(t.Max(r => r.Score))}", Show.Count(t.Length), Show.Number(t.Average(r => r.Residual)), Show.Number(Spread([.. t.Select(r => r.Residual)])) }), Html.Rows(html, "Residuals by tenth of the predictions"));
        double[] residuals = [.. rows.Select(r => r.Score - r.Label)];
        var bars = Html.Rows(html, "Rows by residual").Select(r => (Ends: r[0].Split(" – ").Select(Number).ToArray(), Rows: (long)Number(r[1]))).ToArray();
        Assert.InRange(bars.Length, 8, 40);
        Assert.Equal(rows.Length, bars.Sum(b => b.Rows));
        Assert.All(bars, bar => Assert.Equal(residuals.Count(r => r > bar.Ends[0] && r <= bar.Ends[1]), bar.Rows));
        Assert.Contains($"{rows.Length} rows, mean residual {Show.Number(residuals.Average())}, standard deviation {Show.Number(Spread(residuals))}", Html.Figure(html, "residual-histogram"), StringComparison.Ordinal);
    }

    /// <summary>What was sent of the window that the page measures, the newest first.</summary>
    private async Task<(double Score, double Label)[]> SentAsync(Func<string, bool> zone)
    {
        var evaluation = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/rides/evaluations?window=week&limit=1000"))!.AsArray().First(e => (string)e!["segment"]! == "" && ((string)e["end"]!).StartsWith("2002-01-28", StringComparison.Ordinal))!;
        var (from, to) = (Time("start"), Time("end"));
        return [.. Enumerable.Range((int)((from - Rows.Start).TotalDays), (int)(to - from).TotalDays).Reverse().SelectMany(Day)];

        DateTimeOffset Time(string end) => DateTimeOffset.Parse((string)evaluation["performance_window"]![end]!, CultureInfo.InvariantCulture);

        IEnumerable<(double, double)> Day(int day)
        {
            var rows = Rows.Rides(day, Rows.RideRows, withLabels: true);
            return Texts(rows, "zone").Zip(Numbers(rows, "score"), Numbers(rows, "label")).Where(r => zone(r.First)).Select(r => (r.Second, r.Third)).Reverse();
        }
    }

    private static double Spread(double[] values) => Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / values.Length);

    private static string[] Texts(RecordBatch batch, string column) => ColumnReader.ReadStrings(batch.Column(column), column)!;

    private static IEnumerable<double> Numbers(RecordBatch batch, string column) => ((DoubleArray)batch.Column(column)).Select(value => value!.Value);

    private static double Number(string text) => double.Parse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
