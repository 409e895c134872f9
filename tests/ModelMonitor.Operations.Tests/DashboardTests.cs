using System.Text.RegularExpressions;

namespace ModelMonitor.Operations.Tests;

/// <summary>The dashboards as files.</summary>
public sealed partial class DashboardTests
{
    public static TheoryData<string> Names => [.. Dashboard.All.Select(dashboard => dashboard.File)];

    [Fact]
    public void There_are_four_and_each_keeps_its_uid() => Assert.Equal(
        ["drift.json modelmonitor-drift", "fleet.json modelmonitor-fleet", "health.json modelmonitor-health", "model.json modelmonitor-model"],
        Dashboard.All.Select(dashboard => $"{dashboard.File} {dashboard.Json["uid"]}"));

    [Fact]
    public async Task They_are_what_their_sources_write_and_the_sources_keep_to_the_types_of_the_SDK()
    {
        var source = Path.Combine(Files.Dashboards, "source");
        Tool.Needs(Directory.Exists(Path.Combine(source, "node_modules")), "dashboards/source/install.sh");
        var written = Directory.CreateTempSubdirectory("modelmonitor-dashboards-");
        try
        {
            (await Tool.RunAsync(Path.Combine(source, "build.sh"), "dashboards/source/build.sh", written.FullName)).Succeeded();
            Assert.Equal(Dashboard.All.Select(dashboard => dashboard.File), written.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
            foreach (var file in written.GetFiles())
                Assert.True(File.ReadAllText(file.FullName) == File.ReadAllText(Path.Combine(Files.Dashboards, "grafana", file.Name)), $"{file.Name} is not what dashboards/source/build.sh writes: run it");
        }
        finally
        {
            written.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_panel_says_what_it_shows_and_asks_the_chosen_data_source(string file)
    {
        var dashboard = Of(file);
        Assert.Equal(42, (int)dashboard.Json["schemaVersion"]!);
        Assert.True(dashboard.Panels.Count > 5);
        foreach (var panel in dashboard.Panels)
        {
            Assert.NotEmpty((string?)panel["title"] ?? "");
            Assert.True(((string?)panel["description"] ?? "").EndsWith('.'), $"{panel["title"]} has no description");
            Assert.Equal("${datasource}", (string)panel["datasource"]!["uid"]!);
            Assert.NotEmpty(panel["targets"]!.AsArray());
            Assert.All(panel["targets"]!.AsArray(), target => Assert.Equal("${datasource}", (string)target!["datasource"]!["uid"]!));
        }

        var ids = dashboard.Json["panels"]!.AsArray().Select(panel => (int)panel!["id"]!).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.NotEmpty(dashboard.Annotations);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Panels_lie_beside_each_other(string file)
    {
        var taken = new HashSet<(int, int)>();
        foreach (var place in Of(file).Json["panels"]!.AsArray().Select(panel => panel!["gridPos"]!))
        {
            Assert.InRange((int)place["x"]! + (int)place["w"]!, 1, 24);
            for (var x = (int)place["x"]!; x < (int)place["x"]! + (int)place["w"]!; x++)
                for (var y = (int)place["y"]!; y < (int)place["y"]! + (int)place["h"]!; y++) Assert.True(taken.Add((x, y)), $"two panels at {x}, {y}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_variable_that_an_expression_names_is_there_and_every_one_that_is_there_is_named(string file)
    {
        var dashboard = Of(file);
        var there = dashboard.Variables.Select(v => (string)v["name"]!).Where(name => name != "datasource");
        var named = dashboard.Expressions.Concat(dashboard.Annotations).Concat(dashboard.VariableQueries).SelectMany(e => Variable().Matches(e).Select(m => m.Groups[1].Value));
        Assert.Equal(there.Order(StringComparer.Ordinal), named.Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(dashboard.Variables, v => (string?)v["type"] == "datasource");
    }

    private static Dashboard Of(string file) => Dashboard.All.Single(dashboard => dashboard.File == file);

    [GeneratedRegex("\\$([a-z]+)")]
    private static partial Regex Variable();
}
