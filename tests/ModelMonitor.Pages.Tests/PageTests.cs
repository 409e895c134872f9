using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ModelMonitor.Host.Pages;
using ModelMonitor.Host.Pages.Reading;
using ModelMonitor.Pages.Tests.Browser;
using ModelMonitor.Pages.Tests.Filled;

namespace ModelMonitor.Pages.Tests;

/// <summary>Pages as they are sent: how fast, how large, by which address, and what they let nobody do.</summary>
public sealed class PageTests(FilledMonitor monitor)
{
    private const int MostBytes = 200_000;
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(100);

    public static TheoryData<string> Paths => [.. Sights.Pages.Select(p => p.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_page_on_a_year_of_state_is_small_and_quick(string path)
    {
        var bytes = 0;
        var times = new List<(TimeSpan Wall, TimeSpan Processor)>();
        for (var i = 0; i < 7; i++)
        {
            var (clock, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            using var response = await monitor.Client.GetAsync(path);
            bytes = (await response.Content.ReadAsByteArrayAsync()).Length;
            times.Add((clock.Elapsed, Environment.CpuUsage.TotalTime - before));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"/{path}: {bytes} bytes, {times.Min(t => t.Wall).TotalMilliseconds:0.0} ms at best, {times.Order().ElementAt(3).Wall.TotalMilliseconds:0.0} in the middle, {times.Min(t => t.Processor).TotalMilliseconds:0.0} ms of processor");
        Assert.InRange(bytes, 1000, MostBytes);
        // By the clock, or where other processes have the processors, by what this one got of them; the best of seven, for other tests run beside it.
        Assert.True(times.Min(t => t.Wall) < s_limit || times.Min(t => t.Processor) < s_limit, $"{times.Min(t => t.Wall).TotalMilliseconds:0} ms, {times.Min(t => t.Processor).TotalMilliseconds:0} ms of processor");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task No_page_allows_a_script_a_request_or_a_frame(string path)
    {
        using var response = await monitor.Client.GetAsync(path);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        var html = await response.Content.ReadAsStringAsync();
        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" style=", html, StringComparison.Ordinal);
        // The style sheet that is sent is the one that is allowed.
        var sent = html[(html.IndexOf("<style>", StringComparison.Ordinal) + 7)..html.IndexOf("</style>", StringComparison.Ordinal)];
        Assert.Contains(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(sent))), policy, StringComparison.Ordinal);
    }

    /// <summary>Rows of whatever time, also where no window was evaluated.</summary>
    [Fact]
    public async Task All_that_is_stored_is_a_report_too()
    {
        var page = await monitor.Client.GetStringAsync("models/rides?window=day&from=1999-01-01&to=1999-02-01");
        Assert.Contains("href=\"/models/rides/report?every=week\"", page, StringComparison.Ordinal);
        var report = await monitor.Client.GetStringAsync("models/rides/report?every=week");
        Assert.Contains("Rules that would have fired", report, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", report, StringComparison.OrdinalIgnoreCase);
        using var wrong = await monitor.Client.GetAsync("models/rides/report?every=fortnight");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using var nobody = await monitor.Client.GetAsync("models/rides/report?version=nobody");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    [Theory]
    [InlineData("models/credit?to=2002-01-14", "performance")]
    [InlineData("models/credit?to=2002-01-14", "roc")]
    [InlineData("models/flights", "drift")]
    [InlineData("models/rides?to=2002-01-28", "residual-scatter")]
    [InlineData("models/rides?to=2002-01-28", "residual-histogram")]
    [InlineData("models/flights/feature?name=hour", "bins")]
    public async Task A_pinned_chart_stays_as_it_is(string path, string figure)
    {
        var html = await monitor.Client.GetStringAsync(path);
        var pin = WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Match(Html.Figure(html, figure), "class=\"pin\" href=\"([^\"]*)\"").Groups[1].Value);
        Assert.Matches("window=week&version=.*&from=.*&to=.*#" + figure, pin);
        var pinned = await monitor.Client.GetStringAsync(pin);
        Assert.Equal(Drawn(html, figure), Drawn(pinned, figure));
    }

    [Fact]
    public async Task An_earlier_end_shows_an_earlier_window()
    {
        var html = await monitor.Client.GetStringAsync("models/flights?window=week&to=2001-04-30T00:00:00Z");
        Assert.Contains("2001-04-23 to 2001-04-30", Html.Text(html), StringComparison.Ordinal);
        Assert.DoesNotContain("2001-05-07", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/nobody", 404, "flights, credit, animals, odd, rides")]
    [InlineData("models/flights?window=decade", 404, "day, week")]
    [InlineData("models/flights?version=9", 404, "2001-01, 2001-01b")]
    [InlineData("models/flights?segment=a%3Db", 404, "not sliced")]
    [InlineData("models/flights/feature?name=%3Cb%3E", 404, "watches no column")]
    [InlineData("models/flights?from=yesterday", 400, "ISO 8601")]
    [InlineData("models/flights?from=2001-05-01&to=2001-04-01", 400, "empty")]
    public async Task What_cannot_be_shown_is_said_in_a_sentence(string path, int status, string says)
    {
        using var response = await monitor.Client.GetAsync(path);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        var html = await response.Content.ReadAsStringAsync();
        Assert.Contains(says, Html.Text(html), StringComparison.Ordinal);
        Assert.DoesNotContain("<b>'", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_without_evaluations_says_so()
    {
        foreach (var path in new[] { "models/flights?from=1999-01-01&to=1999-02-01", "models/flights/feature?name=hour&to=1999-02-01", "models/flights/findings?to=1999-02-01", "models/flights/versions?to=1999-02-01" })
        {
            using var response = await monitor.Client.GetAsync(path);
            Assert.Equal(200, (int)response.StatusCode);
        }

        Assert.Contains("in this range", await monitor.Client.GetStringAsync("models/flights?from=1999-01-01&to=1999-02-01"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_year_of_days_is_thinned_out_and_the_page_says_so()
    {
        var html = await monitor.Client.GetStringAsync("models/credit?window=day&from=2001-01-30&to=2002-01-28");
        var points = Html.Rows(html, "PSI of scores and labels by window").Length;
        Assert.InRange(points, 60, Trend.Most + 1);
        Assert.Contains($"{points} in all", Html.Text(html), StringComparison.Ordinal);
        Assert.Matches("Each cell is the highest of \\d+ windows", Html.Text(html));
    }

    [Fact]
    public async Task No_model_at_all_can_be_shown()
    {
        var html = await PageRenderer.RenderAsync<OverviewPage>(("View", new OverviewView([])), ("ReadAt", DateTimeOffset.UnixEpoch));
        Assert.Contains("No model is configured", html, StringComparison.Ordinal);
    }

    /// <summary>Without the address itself, which the first page had filled in.</summary>
    private static string Drawn(string html, string figure) => System.Text.RegularExpressions.Regex.Replace(Html.Figure(html, figure), "href=\"[^\"]*\"", "");
}
