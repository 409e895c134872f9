using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelMonitor.Docs.Tests;

/// <summary>Nothing is shown that nobody tries.</summary>
public sealed partial class BlockTests
{
    /// <summary>Languages that another test of this project tries; without one it is output or a drawing.</summary>
    private static readonly string[] s_tried = ["", "sh", "yaml", "csharp", "python", "xml", "json"];

    [Theory]
    [MemberData(nameof(Pages.Names), MemberType = typeof(Pages))]
    public void A_block_is_of_a_language_that_is_tried_or_says_what_it_needs(string page) =>
        Assert.All(Pages.Blocks(page), block => Assert.True(s_tried.Contains(block.Language) || block.Needs is not null, $"{block.Place}: nobody tries '{block.Language}'; a line `Needs …` above it would say why"));

    [Fact]
    public void Json_and_xml_are_whole()
    {
        foreach (var block in Pages.BlocksOf("json").Where(b => b.Needs is null)) Assert.NotNull(JsonNode.Parse(block.Text));
        foreach (var block in Pages.BlocksOf("xml").Where(b => b.Needs is null)) Assert.NotNull(System.Xml.Linq.XDocument.Parse(block.Text));
    }

    [Theory]
    [MemberData(nameof(Pages.Names), MemberType = typeof(Pages))]
    public void A_link_within_the_repository_leads_to_a_file_and_a_heading(string page)
    {
        foreach (var target in Link().Matches(Pages.Read(page)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)))
        {
            var (path, heading) = target.Split('#') is [var file, var anchor] ? (file, anchor) : (target, null);
            var full = path.Length == 0 ? Path.Combine(Pages.Root, page) : Path.Combine(Pages.Root, Path.GetDirectoryName(page)!, path);
            Assert.True(File.Exists(full) || Directory.Exists(full), $"{page}: {target} leads nowhere");
            if (heading is not null) Assert.True(Heading().Matches(File.ReadAllText(full)).Any(match => Anchor(match.Groups[1].Value) == heading), $"{page}: {target}: there is no such heading");
        }
    }

    [Fact]
    public void README_points_to_every_page() =>
        Assert.All(Pages.All.Where(page => page.StartsWith("docs/", StringComparison.Ordinal)), page => Assert.Contains(page, Pages.Read("README.md"), StringComparison.Ordinal));

    [Fact]
    public void Blocks_are_read_with_their_place_and_what_they_need()
    {
        var blocks = Pages.Blocks("docs/pipeline.md");
        Assert.Contains(blocks, block => block is { Language: "yaml", Needs: not null });
        var first = blocks[0];
        Assert.Equal(first.Text.Split('\n')[0], Pages.Read(first.Page).Split('\n')[first.Line - 1]);
    }

    private static string Anchor(string heading) => NoWord().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoWord();
}
