using System.Xml.Linq;
using ModelMonitor.Docs.Tests.Snippets;
using ModelMonitor.Host.Tests.EndToEnd;

namespace ModelMonitor.Docs.Tests;

/// <summary>C# of the pages is C# that is compiled, and what it says it does, it does.</summary>
public sealed class SnippetTests
{
    /// <summary>Sources that the solution builds.</summary>
    private static readonly string[] s_sources = ["plugins/Sample/CsvSink.cs", "plugins/Sample/SampleOptions.cs", "plugins/Sample/SamplePlugin.cs", "tests/ModelMonitor.Docs.Tests/Snippets/ModelServer.cs"];

    [Fact]
    public void Every_line_of_code_stands_in_a_source_that_is_built()
    {
        var sources = s_sources.Select(Pages.Read).Select(Bare).ToList();
        var blocks = Pages.BlocksOf("csharp").Where(block => block.Needs is null).ToList();
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.True(sources.Any(source => source.Contains(Bare(block.Text), StringComparison.Ordinal)), $"{block.Place}: no source that is built holds this code"));
    }

    /// <summary>What `plugins/README.md` calls forty lines.</summary>
    [Fact]
    public void The_plugin_of_the_page_is_whole_and_of_about_forty_lines()
    {
        var shown = Pages.Blocks("plugins/README.md").Where(block => block.Language == "csharp").Select(block => Bare(block.Text)).ToList();
        Assert.All(s_sources.Where(source => source.StartsWith("plugins/Sample/", StringComparison.Ordinal)), source => Assert.Contains(shown, block => Bare(Pages.Read(source)).Contains(block, StringComparison.Ordinal)));
        Assert.InRange(shown.Sum(block => block.Split('\n').Length), 30, 50);
    }

    [Fact]
    public void The_project_of_the_page_is_the_one_that_the_bundled_plugins_are_built_by()
    {
        var shown = XDocument.Parse(Pages.Blocks("plugins/README.md").Single(block => block.Language == "xml").Text);
        XDocument[] built = [XDocument.Load(Path.Combine(Pages.Root, "Directory.Build.props")), XDocument.Load(Path.Combine(Pages.Root, "plugins/Directory.Build.props"))];
        foreach (var property in shown.Descendants("PropertyGroup").Elements()) Assert.Contains(built.Descendants(property.Name), p => p.Value == property.Value);
        static string[] References(IEnumerable<XElement> references) =>
            [.. references.Select(r => $"{Path.GetFileName((string)r.Attribute("Include")!)} {r.Attribute("Private")} {r.Attribute("ExcludeAssets")}")];
        Assert.Equal(References(built.Descendants("ProjectReference")), References(shown.Descendants("ProjectReference")));
    }

    [Fact]
    public async Task The_dotnet_client_of_the_page_is_understood_by_a_running_monitor()
    {
        var folder = Directory.CreateTempSubdirectory("modelmonitor-docs-");
        ChurnCase.Write(folder.FullName);
        var configuration = Path.Combine(folder.FullName, "monitor.yaml");
        await File.WriteAllTextAsync(configuration, ChurnCase.Configuration + "listen: { http: \"127.0.0.1:0\" }\n", TestContext.Current.CancellationToken);
        try
        {
            await using var monitor = await RunningMonitor.StartAsync(configuration);
            var recorder = new Recorder(monitor.Client);
            await recorder.SendAsync([("r1", new(2025, 7, 1, 8, 0, 0, TimeSpan.Zero), 41, 12, 29.9f), ("r2", new(2025, 7, 1, 8, 0, 1, TimeSpan.Zero), 25, 2, 49)], "k1", TestContext.Current.CancellationToken);
            await recorder.SendAsync([("r1", new(2025, 7, 1, 8, 0, 0, TimeSpan.Zero), 41, 12, 29.9f), ("r2", new(2025, 7, 1, 8, 0, 1, TimeSpan.Zero), 25, 2, 49)], "k1", TestContext.Current.CancellationToken);
            Assert.Contains("modelmonitor_rows_received_total{model=\"churn\",stream=\"predictions\"} 2", await monitor.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Without indentation, usings and the lines around.</summary>
    private static string Bare(string code) => string.Join('\n', code.ReplaceLineEndings("\n").TrimStart('\uFEFF').Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
}
