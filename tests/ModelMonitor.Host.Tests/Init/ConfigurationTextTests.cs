using CsCheck;
using ModelMonitor.Core;
using ModelMonitor.Host.Cli;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Init;
using static ModelMonitor.Host.Tests.Init.Facts;

namespace ModelMonitor.Host.Tests.Init;

/// <summary>What is written is read back as it was meant, and says why.</summary>
public sealed class ConfigurationTextTests
{
    [Fact]
    public void Any_name_is_read_back_as_it_was() => Gen.String.Where(text => text.Length > 0).Sample(text => Assert.Equal(text, ReadBack(text)));

    [Theory]
    [InlineData("yes")]
    [InlineData("null")]
    [InlineData("a: b")]
    [InlineData("x #1")]
    [InlineData("C:\\models\\new.onnx")]
    [InlineData("1.5")]
    [InlineData("größe 😀")]
    [InlineData("line\nbreak")]
    [InlineData("- x")]
    [InlineData("{a}")]
    public void Names_that_YAML_would_take_for_something_else_are_quoted(string text) => Assert.Equal(text, ReadBack(text));

    [Fact]
    public void The_file_binds_and_names_what_was_guessed()
    {
        var text = Text(new(100, TimeSpan.FromHours(30)), Data(Key("id"), Time("ts"), Codes("month", 12), Number("b c"), Codes("label", 2)));
        var (options, faults) = MonitorConfiguration.Parse(text, "monitor.yaml", new Dictionary<string, string>(), checkFiles: false);
        Assert.True(faults.Count == 0, string.Join('\n', faults) + text);
        var model = options!.Models[0];
        Assert.Equal(TaskKind.Binary, model.Task);
        Assert.Equal(["month", "b c"], model.Inputs[0].Columns);
        Assert.Equal(["month"], model.Categorical);
        Assert.Equal(TimeSpan.FromDays(2), model.LabelDelay);
        Assert.Equal(("id", "ts", "label"), (model.Columns.Id, model.Columns.Time, model.Columns.Label));
    }

    [Fact]
    public void A_delay_beyond_the_default_retention_lengthens_it()
    {
        var text = Text(new(100, TimeSpan.FromDays(120)), Data(Key("id"), Time("ts"), Number("a"), Number("b"), Codes("label", 2)));
        var (options, faults) = MonitorConfiguration.Parse(text, "monitor.yaml", new Dictionary<string, string>(), checkFiles: false);
        Assert.Empty(faults);
        Assert.Equal((TimeSpan.FromDays(150), TimeSpan.FromDays(180)), (options!.Retention.Panes, options.Retention.WaitingPredictions));
    }

    [Fact]
    public void What_is_left_is_a_line_TODO_with_its_reason()
    {
        var text = Text(null, Data(Texts("entity_id", "x", "y"), Number("a"), Number("b"), Number("c"), Codes("label", 2)));
        Assert.Contains("# TODO inputs.X: it takes 2 columns, and 3 could fill it", text, StringComparison.Ordinal);
        Assert.Contains("# TODO columns.id: 'entity_id' repeats", text, StringComparison.Ordinal);
        Assert.Contains("# TODO label_delay", text, StringComparison.Ordinal);
        Assert.Contains("# holdout: rows that the model never saw", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 10)]
    [InlineData(60 * 7 + 1, 60 * 8)]
    [InlineData(60 * 30, 60 * 48)]
    public void A_measured_delay_is_rounded_up_to_what_a_person_would_write(int minutes, int expected) =>
        Assert.Equal(TimeSpan.FromMinutes(expected), new LabelDelay(1, TimeSpan.FromMinutes(minutes)).Rounded);

    [Fact]
    public void A_delay_is_what_99_of_100_labels_took_and_labels_of_nobody_do_not_count()
    {
        var predicted = Enumerable.Range(1, 100).ToDictionary(id => (UInt128)id, id => id * Instant.Second);
        var labels = predicted.Select(p => (p.Key, p.Value + ((p.Key == 100 ? 1000 : (long)p.Key) * Instant.Second))).Append(((UInt128)777, 0L));
        Assert.Equal(new LabelDelay(100, TimeSpan.FromSeconds(99)), LabelDelay.Of(predicted, labels));
        Assert.Null(LabelDelay.Of(predicted, [(777, 5)]));
    }

    [Theory]
    [InlineData("june.arrows", "june.arrows")]
    [InlineData("my data/it's.arrows", "'my data/it'\\''s.arrows'")]
    [InlineData("$HOME", "'$HOME'")]
    public void A_path_is_one_word_for_a_shell(string path, string quoted) => Assert.Equal(quoted, NextCommands.Quoted(path));

    private static string Text(LabelDelay? delay, DataFacts data) =>
        ConfigurationText.Of(Guesser.Guess(Tensor(2, Score()), data), new("m", "m.onnx", "train.arrows", null, "m.onnx"), delay);

    private static string ReadBack(string text) =>
        Assert.IsType<YamlScalar>(Assert.IsType<YamlMapping>(YamlTree.Parse($"key: {ConfigurationText.Scalar(text)}   # why", "x")).Find("key")).Text;
}
