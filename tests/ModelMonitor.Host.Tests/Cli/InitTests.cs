using System.Text.Json.Nodes;
using ModelMonitor.Host.Cli;
using ModelMonitor.Host.Tests.Files;
using ModelMonitor.Host.Tests.Scoring;
using ModelMonitor.Host.Tests.Store;

namespace ModelMonitor.Host.Tests.Cli;

/// <summary>`init`: from a model and its rows to a first evaluation.</summary>
public sealed class InitTests : IDisposable
{
    /// <summary>What rests on the threshold, which no file says.</summary>
    private static readonly HashSet<string> OfThreshold = ["precision", "recall", "f1", "accuracy", "balanced_accuracy", "mcc"];

    private readonly TemporaryFolder _folder = new();

    private string Written => _folder["monitor.yaml"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flights", "month")]
    [InlineData("birdstrikes", "year")]
    [InlineData("chicago", "year")]
    public async Task What_is_guessed_passes_the_check_and_evaluates_as_what_was_written_by_hand(string folder, string every)
    {
        var made = await Init(folder);
        Assert.True(made.Exit == ExitCode.Done, made.Error);
        Assert.Contains($"{folder}: version 1, ", made.Output, StringComparison.Ordinal);
        Assert.Contains(" labels came within ", await File.ReadAllTextAsync(Written, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        string[] files = ["--production", Ran.Data(folder, "production.arrows"), "--labels", Ran.Data(folder, "labels.arrows"), "--every", every, "--json", "-"];
        var ran = await Ran.Command(["evaluate", "-c", Written, .. files]);
        Assert.True(ran.Exit == ExitCode.Done, ran.Error);
        var (guessed, byHand) = (ran.Json, (await Ran.Evaluate(folder, folder, every, "--json", "-")).Json);
        Assert.Equal(Performance(byHand, "train"), Performance(guessed, "train"));
        Assert.Equal(Performance(byHand, "holdout"), Performance(guessed, "holdout"));
        Assert.Equal(Performance(byHand, "overall"), Performance(guessed, "overall"));
        Assert.Equal(byHand["windows"]!.AsArray().Select(Values), guessed["windows"]!.AsArray().Select(Values));
        Assert.True(byHand["windows"]!.AsArray().Count > 2);
    }

    [Fact]
    public async Task The_commands_it_prints_can_be_pasted()
    {
        var made = await Init("flights");
        var next = made.Output.Split('\n').SkipWhile(line => line != "next:").Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        Assert.Equal(["check", "baseline", "evaluate", "run", "send", "send"], next.Select(line => line.Split(' ')[1]));
        foreach (var line in next.Take(3))
        {
            var ran = await Ran.Command(line.Split(' ')[1..]);
            Assert.True(ran.Exit == ExitCode.Done, line + "\n" + ran.Error);
        }
    }

    [Fact]
    public async Task Without_a_hold_out_the_reference_is_the_training_data_and_the_file_says_what_that_costs()
    {
        var made = await Ran.Command("init", Ran.Data("chicago", "model.onnx"), Ran.Data("chicago", "reference_train.arrows"), "-o", Written, "--name", "riders");
        Assert.True(made.Exit == ExitCode.Done, made.Error);
        var text = await File.ReadAllTextAsync(Written, TestContext.Current.CancellationToken);
        Assert.Contains("  riders:", text, StringComparison.Ordinal);
        Assert.Contains("# holdout: rows that the model never saw", text, StringComparison.Ordinal);
        Assert.Contains("# TODO label_delay", text, StringComparison.Ordinal);
        Assert.Contains("left to you: reference.holdout", made.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("--production", made.Output.Split("next:")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parquet_is_read_as_Arrow_is()
    {
        await ParquetFile.WriteAsync(_folder["train.parquet"], [.. Host.Files.DataFile.ReadAll(Ran.Data("birdstrikes", "reference_train.arrows"))]);
        string[] Guesses(string text) => [.. text.Split('\n').Skip(1).Where(line => !line.Contains("onnx:", StringComparison.Ordinal) && !line.Contains("train:", StringComparison.Ordinal))];
        Assert.Equal(0, (await Ran.Command("init", Ran.Data("birdstrikes", "model.onnx"), _folder["train.parquet"], "-o", Written)).Exit);
        var parquet = await File.ReadAllTextAsync(Written, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await Ran.Command("init", Ran.Data("birdstrikes", "model.onnx"), Ran.Data("birdstrikes", "reference_train.arrows"), "-o", Written, "--force")).Exit);
        Assert.Equal(Guesses(await File.ReadAllTextAsync(Written, TestContext.Current.CancellationToken)), Guesses(parquet));
    }

    [Fact]
    public async Task A_file_that_is_there_stays_unless_forced()
    {
        await File.WriteAllTextAsync(Written, "mine", TestContext.Current.CancellationToken);
        (await Init("chicago")).IsRefusedWith("--force replaces it");
        Assert.Equal("mine", await File.ReadAllTextAsync(Written, TestContext.Current.CancellationToken));
        Assert.Equal(0, (await Init("chicago", "--force")).Exit);
        Assert.NotEqual("mine", await File.ReadAllTextAsync(Written, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_reference_without_a_label_is_one_line_and_the_file_says_where_it_belongs()
    {
        var ran = await Ran.Command("init", Ran.Data("flights", "model.onnx"), Ran.Data("flights", "production.arrows"), "-o", Written);
        Assert.Equal(ExitCode.WrongInput, ran.Exit);
        Assert.Contains("columns.label: no column of", Assert.Single(ran.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("name it with --label", ran.Error, StringComparison.Ordinal);
        Assert.Contains("# TODO columns.label", await File.ReadAllTextAsync(Written, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_a_person_can_say_is_listed_and_the_exit_code_says_so()
    {
        // Seven columns in order, and the reference has eleven.
        var ran = await Ran.Command("init", Ran.Data("flights", "model.onnx"), Ran.Data("chicago", "reference_train.arrows"), "-o", Written);
        Assert.Equal(ExitCode.WrongInput, ran.Exit);
        Assert.Contains(ran.ErrorLines, line => line.Contains("inputs.input: it takes 7 columns, and 11 could fill it", StringComparison.Ordinal));
        Assert.True(File.Exists(Written));
    }

    [Fact]
    public async Task Bad_input_is_one_line()
    {
        var (model, train, garbage) = (Cases.Flights.Onnx!, Ran.Data("flights", "reference_train.arrows"), _folder["garbage"]);
        await File.WriteAllTextAsync(garbage, "no model, no data", TestContext.Current.CancellationToken);
        (await Ran.Command("init", "no-such.onnx", train, "-o", Written)).IsRefusedWith("no-such.onnx: no such file");
        (await Ran.Command("init", garbage, train, "-o", Written, "--name", "x")).IsRefusedWith("not a model that can be loaded");
        (await Ran.Command("init", model, "no-such.arrows", "-o", Written)).IsRefusedWith("REFERENCE: no-such.arrows: no such file");
        (await Ran.Command("init", model, garbage, "-o", Written)).IsRefusedWith(garbage);
        (await Ran.Command("init", model, train, "-o", Written, "--label", "lable")).IsRefusedWith("has no column 'lable'");
        (await Ran.Command("init", Cases.Birdstrikes.Onnx!, Ran.Data("birdstrikes", "reference_train.arrows"), "-o", Written, "--label", "is_military")).IsRefusedWith("'is_military' fills the model's input");
        (await Ran.Command("init", model, train, "-o", Written, "--name", "a b")).IsRefusedWith("--name: 'a b'");
        Assert.False(File.Exists(Written));
    }

    private Task<Ran> Init(string folder, params string[] more) => Ran.Command(
        ["init", Ran.Data(folder, "model.onnx"), Ran.Data(folder, "reference_train.arrows"), "--holdout", Ran.Data(folder, "reference_holdout.arrows"),
            "--production", Ran.Data(folder, "production.arrows"), "--labels", Ran.Data(folder, "labels.arrows"), "-o", Written, .. more]);

    private static string Performance(JsonObject report, string part) => Values(report[part]);

    private static string Values(JsonNode? part) =>
        string.Join('\n', part!["performance"]!.AsObject().Where(metric => !OfThreshold.Contains(metric.Key)).Select(metric => $"{metric.Key} {metric.Value!.ToJsonString()}"));
}
