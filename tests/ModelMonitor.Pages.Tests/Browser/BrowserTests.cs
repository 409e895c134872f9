using System.Text.Json.Nodes;

namespace ModelMonitor.Pages.Tests.Browser;

/// <summary>The pages and reports as a real browser shows them, wide and narrow, light and dark.</summary>
public sealed class BrowserTests(Filled.FilledMonitor monitor)
{
    private static readonly string[] s_grave = ["serious", "critical"];

    [Fact]
    public Task Every_page_is_there_in_every_width_and_scheme() => Each(s => Assert.Equal((Name(s) == "not-found" ? 404 : 200, "en"), ((int)s["status"]!, (string)s["language"]!)));

    [Fact]
    public Task Nothing_is_said_on_the_console() => Each(s => Assert.DoesNotContain(s["complaints"]!.AsArray().Select(c => (string)c!), complaint =>
        // A browser says so itself of an address that is not there.
        !(Name(s) == "not-found" && complaint.Contains("404", StringComparison.Ordinal))));

    [Fact]
    public Task Nothing_is_asked_for_but_the_page_itself() => Each(s => Assert.All(s["requests"]!.AsArray().Select(r => (string)r!), request => Assert.True(request == (string)s["url"]! || request.StartsWith("data:", StringComparison.Ordinal), request)));

    [Fact]
    public Task There_is_no_script() => Each(s => Assert.Equal(0, (int)s["scripts"]!));

    [Fact]
    public Task No_page_scrolls_sideways() => Each(s => Assert.True((int)s["scrollWidth"]! <= (int)s["width"]!, $"{s["scrollWidth"]} pixels"));

    [Fact]
    public Task No_rule_of_accessibility_is_gravely_broken() => Each(s => Assert.Empty((s["violations"]?.AsArray() ?? []).Where(v => s_grave.Contains((string)v!["impact"]!)).Select(v => v!.ToJsonString())));

    [Fact]
    public Task Headings_begin_with_one_and_skip_no_level() => Each(s =>
    {
        var levels = s["headings"]!.AsArray().Select(h => (int)h!).ToArray();
        Assert.Equal(1, levels[0]);
        Assert.Equal(1, levels.Count(l => l == 1));
        Assert.All(levels.Zip(levels.Skip(1)), step => Assert.True(step.Second <= step.First + 1, string.Join(' ', levels)));
    });

    [Fact]
    public Task There_are_landmarks_and_the_keyboard_meets_the_way_to_the_content_first() => Each(s =>
    {
        var landmarks = s["landmarks"]!.AsArray().Select(l => (string)l!).ToArray();
        Assert.Equal(1, landmarks.Count(l => l == "main"));
        Assert.Contains("header", landmarks);
        Assert.Equal("Skip to the content", (string)s["firstFocus"]!["text"]!);
        Assert.NotEqual("none", (string)s["firstFocus"]!["outline"]!);
    });

    [Fact]
    public Task Every_table_has_a_caption() => Each(s => Assert.Equal(0, (int)s["captionless"]!));

    [Fact]
    public Task Every_figure_is_named_and_has_its_numbers_in_a_table() => Each(s =>
    {
        foreach (var figure in s["figures"]!.AsArray())
        {
            Assert.NotEmpty((string)figure!["name"]!);
            Assert.True((int)figure["charts"]! == 0 || (int)figure["rows"]! > 0, figure.ToJsonString());
        }
    });

    [Fact]
    public Task Every_chart_is_named_whole_and_inside_the_page() => Each(s =>
    {
        foreach (var chart in s["charts"]!.AsArray())
        {
            Assert.True(((string)chart!["name"]!).Length > 5, chart.ToJsonString());
            Assert.Equal((0, 0), ((int)chart["broken"]!, (int)chart["outside"]!));
            Assert.True((double)chart["width"]! > 100, chart.ToJsonString());
        }
    });

    [Fact]
    public Task On_paper_it_is_light_and_without_what_nobody_can_press() => Each(s => Assert.Equal(("rgb(255, 255, 255)", 0), ((string)s["print"]!["background"]!, (int)s["print"]!["controls"]!)));

    [Fact]
    public async Task A_model_has_every_chart_of_its_task()
    {
        var seen = await monitor.Sights.SeenAsync();
        string[] common = ["performance", "score-drift", "scores", "drift"];
        Assert.Equal([.. common, "roc", "ks", "calibration", "confusion"], Figures("flights"));
        Assert.Equal([.. common, "classes", "roc", "confusion"], Figures("animals"));
        Assert.Equal(["performance", "residuals", "score-drift", "scores", "drift"], Figures("odd"));
        Assert.Equal(["performance", "residuals", "residual-scatter", "residual-histogram", "score-drift", "scores", "drift"], Figures("rides"));
        Assert.Equal(["psi", "histogram", "bins", "contributions", "cumulative"], Figures("flights-feature"));
        Assert.Equal(["psi", "bins", "contributions"], Figures("odd-category"));
        Assert.Equal(["shadow"], Figures("flights-versions"));
        Assert.Equal(["history"], Figures("credit-findings"));
        Assert.Superset(new HashSet<string>([.. common, "roc", "ks", "calibration", "confusion", "history"]), Figures("report-flights").ToHashSet());
        Assert.Superset(new HashSet<string>(["performance", "residuals", "history"]), Figures("report-chicago").ToHashSet());

        string[] Figures(string name) => [.. seen.First(s => Name(s) == name)["figures"]!.AsArray().Select(f => (string)f!["id"]!)];
    }

    [Fact]
    public async Task Hostile_names_are_shown_as_they_are_and_do_nothing()
    {
        var seen = await monitor.Sights.SeenAsync();
        Assert.Contains(Filled.Rows.Script, (string)seen.First(s => Name(s) == "odd-number")["text"]!, StringComparison.Ordinal);
        Assert.Contains(Filled.Rows.Quoted, (string)seen.First(s => Name(s) == "odd-category")["text"]!, StringComparison.Ordinal);
        Assert.Contains(Filled.Rows.Hostile, (string)seen.First(s => Name(s) == "animals")["text"]!, StringComparison.Ordinal);
    }

    private static string Name(JsonObject sight) => (string)sight["name"]!;

    /// <summary>Says of which page what is not so.</summary>
    private async Task Each(Action<JsonObject> claim)
    {
        var failures = new List<string>();
        foreach (var sight in await monitor.Sights.SeenAsync())
        {
            try
            {
                claim(sight);
            }
            catch (Xunit.Sdk.XunitException e)
            {
                failures.Add($"{sight["name"]} at {sight["width"]} in the {sight["scheme"]}: {e.Message}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }
}
