using System.Text.Json;
using ModelMonitor.Host.Cli;

namespace ModelMonitor.Deployment.Tests.Workflows;

/// <summary>The script of `.github/actions/gate` over the real command.</summary>
public sealed class GateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor gate-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_sound_model_passes()
    {
        var gate = await RunAsync("flights", every: "month");
        Assert.Equal(("0", "false"), (gate.Outputs["exit-code"], gate.Outputs["breach"]));
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, gate.Outputs["json"]), TestContext.Current.CancellationToken));
        Assert.Equal(("flights", 24_000), (report.RootElement.GetProperty("model").GetString(), report.RootElement.GetProperty("overall").GetProperty("rows").GetInt32()));
        // The labels came along.
        Assert.Equal(23_538, report.RootElement.GetProperty("overall").GetProperty("labelled").GetInt32());
        Assert.StartsWith("### Model Monitor: no rule would have fired\n```\n", gate.Summary, StringComparison.Ordinal);
        Assert.Contains("2001-05-01", gate.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_breach_is_said_and_its_report_kept()
    {
        var gate = await RunAsync("birdstrikes", every: "year");
        Assert.Equal(("3", "true"), (gate.Outputs["exit-code"], gate.Outputs["breach"]));
        Assert.Contains("a rule would have fired", gate.Summary, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.FullName, gate.Outputs["json"])));
        if (await WritesHtmlAsync()) Assert.Contains("<html", await File.ReadAllTextAsync(Path.Combine(_folder.FullName, gate.Outputs["report"]), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_input_is_neither_a_breach_nor_a_pass()
    {
        var gate = await RunAsync("flights", every: "month", production: "nowhere.arrows");
        Assert.Equal(("1", ""), (gate.Outputs["exit-code"], gate.Outputs["breach"]));
        Assert.Contains("nowhere.arrows: no such file", gate.Error, StringComparison.Ordinal);
        Assert.Equal("", gate.Summary);
    }

    [Fact]
    public async Task A_monitor_that_is_nowhere_to_be_had_is_missed()
    {
        var gate = await RunAsync("flights", every: "month", command: "");
        Assert.Equal(("1", ""), (gate.Outputs["exit-code"], gate.Outputs["breach"]));
        Assert.Contains("::error::gate: neither command nor image and version are known", gate.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_image_runs_with_the_workspace_at_its_own_path_and_as_who_runs_the_job()
    {
        var gate = await RunImageAsync(version: "v1.2.3");
        var asked = gate.Output.Split('\n');
        Assert.Contains("ghcr.io/some/monitor:1.2.3", asked);
        Assert.Contains($"{_folder.FullName}:{_folder.FullName}", asked);
        Assert.Contains("--fail-on-breach", asked);
        Assert.Contains("report folder/report.html", asked);
        Assert.Equal("week", asked[Array.IndexOf(asked, "--every") + 1]);
    }

    [Theory]
    // As a release pushes it.
    [InlineData("0123456789abcdef0123456789abcdef01234567", "", "0123456789abcdef0123456789abcdef01234567")]
    [InlineData("v1.2.3", "", "1.2.3")]
    [InlineData("1.2.3", "", "1.2.3")]
    [InlineData("v1.2.3-rc.1", "", "1.2.3-rc.1")]
    // What is said goes before.
    [InlineData("0123456789abcdef0123456789abcdef01234567", "1.2.3", "1.2.3")]
    [InlineData("main", "v1.2.3", "1.2.3")]
    [InlineData("main", "latest", "latest")]
    [InlineData("", "1.2.3", "1.2.3")]
    public async Task What_the_action_is_used_by_names_its_image(string reference, string version, string tag)
    {
        var gate = await RunImageAsync(version, reference);
        Assert.Equal("0", gate.Outputs["exit-code"]);
        Assert.Contains($"ghcr.io/some/monitor:{tag}", gate.Output.Split('\n'));
    }

    [Theory]
    [InlineData("main")]
    [InlineData("release/1.2.3")]
    [InlineData("v1")]
    [InlineData("v1.2")]
    [InlineData("0123456")]
    [InlineData("0123456789abcdef0123456789abcdef012345678")]
    public async Task A_branch_names_none_and_a_version_is_asked_for(string reference)
    {
        var gate = await RunImageAsync(version: "", reference);
        Assert.Equal(("1", ""), (gate.Outputs["exit-code"], gate.Outputs["breach"]));
        Assert.Contains($"::error::gate: the action is used by {reference}, which is neither", gate.Output, StringComparison.Ordinal);
        Assert.Contains("version: 1.2.3", gate.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ghcr.io/", gate.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_without_an_image_is_said_to_be_no_release()
    {
        var gate = await RunImageAsync(version: "", reference: new string('a', 40), engine: "echo 'manifest unknown' >&2\nexit 125");
        Assert.Equal(("125", ""), (gate.Outputs["exit-code"], gate.Outputs["breach"]));
        Assert.Contains($"::error::gate: docker could not run ghcr.io/some/monitor:{new string('a', 40)}; only releases have an image", gate.Output, StringComparison.Ordinal);
        Assert.Contains("manifest unknown", gate.Error, StringComparison.Ordinal);
    }

    /// <summary>In place of the engine: a program of its name that tells what it was asked.</summary>
    private async Task<Gate> RunImageAsync(string version, string reference = "", string engine = "printf '%s\\n' \"$@\"")
    {
        var docker = Path.Combine(_folder.FullName, "docker");
        await File.WriteAllTextAsync(docker, $"#!/bin/sh\n{engine}\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return await RunAsync("flights", every: "week", command: "", image: "ghcr.io/Some/Monitor", version: version, reference: reference, path: _folder.FullName + ":" + Environment.GetEnvironmentVariable("PATH"));
    }

    private async Task<Gate> RunAsync(string data, string every, string? production = null, string? command = null, string image = "", string version = "", string reference = "", string? path = null)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Data", data);
        var input = Path.Combine(_folder.FullName, "data");
        if (!Directory.Exists(input)) Repository.Copy(source, input);
        var (outputs, summary) = (Path.Combine(_folder.FullName, "outputs"), Path.Combine(_folder.FullName, "summary"));
        var run = await Command.RunAsync("bash", [Repository.PathOf(".github", "actions", "gate", "gate.sh")], _folder.FullName, environment: new Dictionary<string, string?>
        {
            ["CONFIG"] = "data/monitor.yaml",
            ["MODEL"] = "",
            // A pattern, and lines as YAML's block leaves them.
            ["PRODUCTION"] = (production ?? "data/prod*.arrows") + "\n",
            ["LABELS"] = "data/labels.arrows\n",
            ["EVERY"] = every,
            ["VERSION"] = version,
            ["REF"] = reference,
            ["IMAGE"] = image,
            ["COMMAND"] = command ?? await CommandAsync(),
            ["REPORT"] = "report folder",
            ["GITHUB_OUTPUT"] = outputs,
            ["GITHUB_STEP_SUMMARY"] = summary,
            ["PATH"] = path ?? Environment.GetEnvironmentVariable("PATH"),
        });
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var said = (await File.ReadAllLinesAsync(outputs, TestContext.Current.CancellationToken)).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal("report folder/report.html", said["report"]);
        return new(said, File.Exists(summary) ? await File.ReadAllTextAsync(summary, TestContext.Current.CancellationToken) : "", run.Output, run.Error);
    }

    /// <summary>The monitor beside these tests; where it has no `--html` yet, by way of a script that leaves that out.</summary>
    private async Task<string> CommandAsync()
    {
        var program = $"dotnet {Path.Combine(AppContext.BaseDirectory, "modelmonitor.dll")}";
        if (await WritesHtmlAsync()) return program;
        var filter = Path.Combine(_folder.FullName, "data", "without-html.sh");
        await File.WriteAllTextAsync(filter, $"kept=()\nwhile [ $# -gt 0 ]; do if [ \"$1\" = --html ]; then shift 2; else kept+=(\"$1\"); shift; fi; done\nexec {program} \"${{kept[@]}}\"\n");
        return "bash data/without-html.sh";
    }

    private static async Task<bool> WritesHtmlAsync()
    {
        using var output = new StringWriter();
        await CommandLine.RunAsync(["evaluate", "--help"], output, TextWriter.Null, TestContext.Current.CancellationToken);
        return output.ToString().Contains("--html", StringComparison.Ordinal);
    }

    private sealed record Gate(IReadOnlyDictionary<string, string> Outputs, string Summary, string Output, string Error);
}
