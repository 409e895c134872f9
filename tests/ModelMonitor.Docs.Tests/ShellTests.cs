namespace ModelMonitor.Docs.Tests;

/// <summary>The commands of each page, from its first to its last, as one reader would type them.</summary>
public sealed class ShellTests
{
    /// <summary>Commands that are tried, and where: here they would run the whole suite, or for ever.</summary>
    private static readonly (string Command, string File, string Says)[] s_elsewhere =
    [
        ("dotnet run -c Release --project src/ModelMonitor.Host -- demo", "tests/ModelMonitor.Host.Tests/EndToEnd/DemoTests.cs", "\"demo\""),
        ("dotnet test -c Release", ".ci/run", "dotnet test --solution Monitor.sln -c Release"),
    ];

    public static TheoryData<string> WithCommands => [.. Pages.All.Where(page => Tried(page).Count > 0)];

    [Theory]
    [MemberData(nameof(WithCommands))]
    public async Task Every_command_of_a_page_runs(string page)
    {
        Shell.Need("bash", "curl");
        var blocks = Tried(page);
        var folder = Directory.CreateTempSubdirectory("modelmonitor-docs-");
        try
        {
            ChurnCase.Write(folder.FullName);
            // A page that makes its configuration finds none.
            if (!blocks[0].Text.Contains("modelmonitor init", StringComparison.Ordinal)) await File.WriteAllTextAsync(Path.Combine(folder.FullName, "monitor.yaml"), ChurnCase.Configuration, TestContext.Current.CancellationToken);
            await Shell.RunAsync(folder.FullName, string.Concat(blocks.Select(block => $"echo '== {block.Place}'\n{block.Text}")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_runs_elsewhere_does_run_there() => Assert.All(s_elsewhere, command =>
        Assert.Contains(command.Says, File.ReadAllText(Path.Combine(Pages.Root, command.File)), StringComparison.Ordinal));

    [Fact]
    public async Task A_command_that_fails_fails_its_page()
    {
        Shell.Need("bash");
        var folder = Directory.CreateTempSubdirectory("modelmonitor-docs-");
        try
        {
            await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => Shell.RunAsync(folder.FullName, "modelmonitor check -c nowhere.yaml\necho went on\n"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<Block> Tried(string page) =>
    [
        .. Pages.Blocks(page).Where(block => block is { Language: "sh", Needs: null })
            .Select(block => block with { Text = string.Join('\n', block.Text.Split('\n').Where(line => !s_elsewhere.Any(known => known.Command == line))) })
            .Where(block => block.Text.Trim().Length > 0),
    ];
}
