using System.Text.Json.Nodes;
using ModelMonitor.Host.Cli;

namespace ModelMonitor.Host.Tests.Cli;

/// <summary>Exit codes and what stderr says, as scripts see them.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("check")]
    [InlineData("check", "-c", "x.yaml", "--unknown")]
    [InlineData("evaluate", "-c", "x.yaml")]
    [InlineData("send", "-c", "x.yaml", "--stream", "nothing", "f")]
    [InlineData("send", "-c", "x.yaml", "--stream", "labels", "f", "--batch-rows", "0")]
    [InlineData]
    public async Task A_usage_error_is_one_line_with_a_hint_and_exit_code_2(params string[] args)
    {
        var ran = await Ran.Command(args);
        Assert.Equal(ExitCode.Usage, ran.Exit);
        Assert.Contains("--help", Assert.Single(ran.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(ran.Output);
    }

    [Theory]
    [InlineData("--help", "Examples")]
    [InlineData("evaluate --help", "--fail-on-breach")]
    [InlineData("send --help", "--stream")]
    [InlineData("--version", "0.1.0")]
    public async Task Help_and_version_go_to_stdout(string args, string says)
    {
        var ran = await Ran.Command(args.Split(' '));
        Assert.Equal(ExitCode.Done, ran.Exit);
        Assert.Contains(says, ran.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("baseline")]
    [InlineData("run")]
    public async Task A_configuration_that_is_not_there_is_one_line(string command) =>
        (await Ran.Command(command, "-c", "nowhere.yaml")).IsRefusedWith("nowhere.yaml");

    [Fact]
    public async Task Every_fault_of_the_configuration_is_a_line_of_its_own()
    {
        var path = Path.Combine(_folder.FullName, "monitor.yaml");
        await File.WriteAllTextAsync(path, "models:\n  m:\n    version: \"1\"\n    task: guess\n    threshold: abc\n");
        var ran = await Ran.Command("check", "-c", path, "--no-files");
        Assert.Equal(ExitCode.WrongInput, ran.Exit);
        Assert.True(ran.ErrorLines.Count >= 2, ran.Error);
        Assert.All(ran.ErrorLines, line => Assert.StartsWith($"error: {path}:", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_answered_with_those_that_are() =>
        (await Ran.Evaluate("chicago", "nobody", "year")).IsRefusedWith("chicago, chicago_overfit");

    [Fact]
    public async Task Several_models_and_no_name_is_a_fault() =>
        (await Ran.Command("evaluate", "-c", Ran.Data("chicago", "monitor.yaml"), "--production", Ran.Data("chicago", "production.arrows"))).IsRefusedWith("--model");

    [Fact]
    public async Task An_unknown_window_is_a_fault() => (await Ran.Evaluate("chicago", "chicago", "fortnight")).IsRefusedWith("'fortnight' is no window");

    [Fact]
    public async Task A_missing_file_is_named() =>
        (await Ran.Command("evaluate", "-c", Ran.Data("flights", "monitor.yaml"), "--production", "nowhere.arrows")).IsRefusedWith("nowhere.arrows: no such file");

    [Fact]
    public async Task A_file_that_is_cut_off_is_named()
    {
        var path = Path.Combine(_folder.FullName, "cut.arrows");
        var whole = await File.ReadAllBytesAsync(Ran.Data("chicago", "production.arrows"));
        await File.WriteAllBytesAsync(path, whole[..(whole.Length / 2)]);
        (await Ran.Command("evaluate", "-c", Ran.Data("chicago", "monitor.yaml"), "--model", "chicago", "--production", path)).IsRefusedWith("cut.arrows");
    }

    [Fact]
    public async Task A_check_tells_of_an_overfitted_model_and_the_gate_refuses_it()
    {
        var path = Copy("chicago");
        var ran = await Ran.Command("check", "-c", path);
        Assert.True(ran.Exit == ExitCode.Done, ran.Error);
        Assert.Contains("chicago_overfit: version 2003-overfit, regression, provider", ran.Output, StringComparison.Ordinal);
        Assert.Contains("overfitting: ", ran.Output, StringComparison.Ordinal);
        Assert.Contains("hold-out", ran.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("    label_delay: 2d", "    label_delay: 2d\n    gate: refuse", StringComparison.Ordinal));
        var refused = await Ran.Command("check", "-c", path);
        Assert.Equal(ExitCode.WrongInput, refused.Exit);
        Assert.Contains("models.chicago_overfit.gate", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_written_baseline_gives_the_same_evaluation_as_one_made_on_the_way()
    {
        var path = Copy("chicago");
        string[] evaluate = ["evaluate", "-c", path, "--model", "chicago", "--production", Ran.Data("chicago", "production.arrows"), "--labels", Ran.Data("chicago", "labels.arrows"), "--every", "year", "--json", "-"];
        var before = await Ran.Command(evaluate);
        var made = await Ran.Command("baseline", "-c", path, "--model", "chicago");
        Assert.True(made.Exit == ExitCode.Done, made.Error);
        Assert.Contains("gap ", made.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "baseline.json")));
        var after = await Ran.Command(evaluate);
        Assert.Empty(JsonComparison.Differences(before.Json, after.Json));
        Assert.True(JsonNode.DeepEquals(before.Json, after.Json));
    }

    [Fact]
    public async Task A_breach_fails_only_where_asked_and_the_table_says_what_fired()
    {
        var report = Path.Combine(_folder.FullName, "report.json");
        var ran = await Ran.Evaluate("chicago", "chicago_overfit", "year", "--json", report);
        Assert.True(ran.Exit == ExitCode.Done, ran.Error);
        Assert.Contains("would have fired: overfitting", ran.Output, StringComparison.Ordinal);
        Assert.Contains("overall", ran.Output, StringComparison.Ordinal);
        Assert.True(ran.Output.Count(c => c == '\n') < 70, ran.Output);
        Assert.NotNull(JsonNode.Parse(await File.ReadAllTextAsync(report))!["rules"]);
        Assert.Equal(ExitCode.Breach, (await Ran.Evaluate("chicago", "chicago_overfit", "year", "--fail-on-breach", "--json", "-")).Exit);
    }

    private string Copy(string folder)
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Ran.Data(folder, "x"))!))
            File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)), overwrite: true);
        return Path.Combine(_folder.FullName, "monitor.yaml");
    }
}
