using System.Reflection;
using System.Text.RegularExpressions;

namespace ModelMonitor.Docs.Tests;

/// <summary>A fenced block of a page.</summary>
/// <param name="Line">Of its first line, counted from 1.</param>
/// <param name="Language">Empty: it is output, or a drawing.</param>
/// <param name="Needs">The line above it, where that says what it needs that is not here; null: it must work here.</param>
internal sealed record Block(string Page, int Line, string Language, string Text, string? Needs)
{
    public string Place => $"{Page}:{Line}";
}

/// <summary>The pages that are held to: what they show works, or they say what it needs.</summary>
internal static partial class Pages
{
    public static string Root { get; } = Path.GetFullPath(typeof(Pages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "Root").Value!);

    /// <summary>Relative to the root, in order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "README.md", "src/README.md", "dashboards/README.md", "charts/README.md", "charts/modelmonitor/README.md", "charts/compose/README.md", ".github/actions/gate/README.md",
        .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "plugins"), "README.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/')).Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Names => [.. All];

    public static string Read(string page) => File.ReadAllText(Path.Combine(Root, page));

    public static IEnumerable<Block> BlocksOf(params IEnumerable<string> languages) => All.SelectMany(page => Blocks(page)).Where(block => languages.Contains(block.Language));

    public static IReadOnlyList<Block> Blocks(string page)
    {
        var blocks = new List<Block>();
        var lines = Read(page).ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is not { Success: true } open) continue;
            var above = lines[..i].LastOrDefault(line => line.Trim().Length > 0) ?? "";
            var start = i + 1;
            for (i = start; i < lines.Length && lines[i] != "```";) i++;
            Assert.True(i < lines.Length, $"{page}:{start}: the block has no end");
            blocks.Add(new(page, start + 1, open.Groups[1].Value, string.Join('\n', lines[start..i]) + "\n", above.StartsWith("Needs ", StringComparison.Ordinal) ? above : null));
        }

        return blocks;
    }

    [GeneratedRegex("^```([a-z]*)$")]
    private static partial Regex Fence();
}
