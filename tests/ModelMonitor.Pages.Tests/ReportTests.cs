using System.Text.Json.Nodes;
using ModelMonitor.Host.Cli;
using ModelMonitor.Host.Pages;

namespace ModelMonitor.Pages.Tests;

/// <summary>`evaluate --html`: one file that needs nothing else, with the numbers of the JSON.</summary>
public sealed class ReportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-report-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_report_has_the_numbers_of_the_JSON_and_a_breach_still_fails()
    {
        var (html, json) = (In("report.html"), In("report.json"));
        var ran = await Evaluate.ReportAsync("flights", "flights", "month", html, "--json", json, "--fail-on-breach");
        Assert.True(ran.Exit is ExitCode.Done or ExitCode.Breach, ran.Error);
        var (text, report) = (await File.ReadAllTextAsync(html), JsonNode.Parse(await File.ReadAllTextAsync(json))!);
        Assert.Equal(ran.Exit == ExitCode.Breach, report["rules"]!.AsArray().Any(r => (string)r!["change"]! == "fired"));
        var metrics = Html.Rows(text, "Every metric: training data, hold-out, production");
        Assert.Equal(Show.Number((double)report["overall"]!["performance"]!["roc_auc"]!["value"]!), metrics.First(r => r[0] == "ROC AUC")[3]);
        Assert.Equal(Show.Number((double)report["holdout"]!["performance"]!["roc_auc"]!["value"]!), metrics.First(r => r[0] == "ROC AUC")[2]);
        Assert.Equal(report["windows"]!.AsArray().Select(w => Show.Number((double)w!["drift"]!["score"]!["psi"]!)), Html.Rows(text, "PSI of scores and labels by window").Select(r => r[2]));
        Assert.All(report["overall"]!["drift"]!["features"]!.AsObject(), feature => Assert.Equal(Show.Number((double)feature.Value!["psi"]!), Html.Rows(text, $"Bins of {feature.Key}")[^1][5]));
    }

    [Fact]
    public async Task A_report_links_to_nothing_and_forbids_everything_but_its_style()
    {
        var html = In("report.html");
        var ran = await Evaluate.ReportAsync("chicago", "chicago_overfit", "year", html, "--fail-on-breach");
        Assert.True(ran.Exit == ExitCode.Breach, ran.Error);
        var text = await File.ReadAllTextAsync(html);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(href|src)=\"(?!#|data:,)", text);
        Assert.Contains("http-equiv=\"Content-Security-Policy\" content=\"default-src &#x27;none&#x27;", text, StringComparison.Ordinal);
        Assert.Contains("Rules that would have fired", text, StringComparison.Ordinal);
        Assert.Contains("More regularization: L2", Html.Text(text), StringComparison.Ordinal);
        Assert.False(File.Exists(html + ".tmp"));
    }

    [Fact]
    public async Task A_path_that_cannot_be_written_is_one_clear_line()
    {
        foreach (var path in new[] { In("nowhere/report.html"), _folder.FullName, "/proc/report.html" })
        {
            var ran = await Evaluate.ReportAsync("flights", "flights", "month", path);
            Assert.Equal(ExitCode.WrongInput, ran.Exit);
            var line = Assert.Single(ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.StartsWith($"error: --html: {path} ", line, StringComparison.Ordinal);
        }

        Assert.Empty(_folder.GetFileSystemInfos());
    }

    private string In(string file) => Path.Combine(_folder.FullName, file);
}
