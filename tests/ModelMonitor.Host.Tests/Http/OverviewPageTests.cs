using System.Xml.Linq;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Host.Http.Page;

namespace ModelMonitor.Host.Tests.Http;

public sealed class OverviewPageTests
{
    private const string Hostile = "<script>alert('x')</script>\"&";

    [Fact]
    public void Every_text_is_encoded()
    {
        var evaluation = new EvaluationView(
            Hostile, Hostile, 1, 1, Hostile, 1,
            [(Hostile, MetricValue.Of(0.5, 1)), ("undefined", MetricValue.Undefined(Hostile))],
            new DriftView(0.1, 0.2), [(Hostile, new DriftView(0.3, null), null)], [(Hostile, Hostile)]);
        var view = new OverviewView(Hostile, [new(Hostile, Hostile, Hostile, Hostile, Hostile, [new(Hostile, evaluation), new(Hostile, null)], [new(Hostile, Hostile, Hostile)])]);
        var html = OverviewPage.Render(view);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("alert('", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_table_has_a_caption_and_every_row_as_many_cells_as_there_are_heads()
    {
        var evaluation = new EvaluationView(
            "1", "2001-07-01T00:00:00Z", 4800, 4700, "2001-06-30T00:00:00Z", 4600,
            [("roc_auc", MetricValue.Of(0.75432, 4600) with { Lower = 0.74, Upper = 0.77 }), ("f1", MetricValue.Undefined("one_class_only"))],
            new DriftView(0.012, 0.006), [("distance", new DriftView(0.3, 0.006), 0.05)], [("decay", "It got worse.")]);
        var other = evaluation with { Performance = [], Score = null };
        var html = OverviewPage.Render(new("now", [new("m", "1", null, "binary", null, [new("day", evaluation), new("week", other), new("month", null)], [new("weak", null, "why")])]));
        Assert.Contains("0.7543 <span class=\"faint\">0.74 to 0.77</span>", html, StringComparison.Ordinal);
        Assert.Contains("one_class_only", html, StringComparison.Ordinal);
        var body = XElement.Parse(html[html.IndexOf("<main>", StringComparison.Ordinal)..(html.IndexOf("</main>", StringComparison.Ordinal) + 7)]);
        var tables = body.Descendants("table").ToArray();
        Assert.Equal(5, tables.Length);
        foreach (var table in tables)
        {
            Assert.NotEmpty(table.Element("caption")!.Value);
            var heads = table.Element("thead")!.Element("tr")!.Elements().Count();
            Assert.All(table.Element("tbody")!.Elements("tr"), row => Assert.Equal(heads, row.Elements().Count()));
        }
    }

    [Fact]
    public void Nothing_configured_and_nothing_evaluated_can_be_shown()
    {
        Assert.Contains("No model is configured", OverviewPage.Render(new("now", [])), StringComparison.Ordinal);
        var html = OverviewPage.Render(new("now", [new("m", "1", "champion", "regression", null, [new("day", null)], [])]));
        Assert.Contains("none yet", html, StringComparison.Ordinal);
        Assert.Contains("No rule is firing", html, StringComparison.Ordinal);
    }
}
