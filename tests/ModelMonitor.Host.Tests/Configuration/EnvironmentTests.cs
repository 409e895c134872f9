using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class EnvironmentTests
{
    [Fact]
    public void A_variable_replaces_what_the_file_says()
    {
        var options = Options(
            Samples.EverySection,
            ("MODELMONITOR__LISTEN__HTTP", "*:1234"),
            ("MODELMONITOR__MODELS__FLIGHTS__THRESHOLD", "0.4"),
            ("MODELMONITOR__MODELS__FLIGHTS__LABEL_DELAY", "2d"),
            ("MODELMONITOR__WINDOWS__DAY__SCHEDULE", "0 0 * * * ?"),
            ("PATH", "/bin"));
        Assert.Equal("*:1234", options.ListenHttp);
        Assert.Equal(0.4, options.Models[0].Threshold);
        Assert.Equal(TimeSpan.FromDays(2), options.Models[0].LabelDelay);
        Assert.Equal("0 0 * * * ?", options.Windows[1].Schedule);
    }

    [Fact]
    public void A_variable_adds_what_the_file_does_not_say()
    {
        var options = Options(
            Samples.Least,
            ("MODELMONITOR__LISTEN__METRICS", "0.0.0.0:9465"),
            ("MODELMONITOR__RETENTION__WAITING_PREDICTIONS", "10d"),
            ("MODELMONITOR__MODELS__M__TARGETS__ROC_AUC", "0.7"));
        Assert.Equal("0.0.0.0:9465", options.ListenMetrics);
        Assert.Equal(TimeSpan.FromDays(10), options.Retention.WaitingPredictions);
        Assert.Equal([new("roc_auc", 0.7)], options.Models[0].Targets);
    }

    [Fact]
    public void A_list_or_a_mapping_is_read_as_YAML()
    {
        var options = Options(
            Samples.Least,
            ("MODELMONITOR__MODELS__M__IGNORE", "[a, \"b c\"]"),
            ("MODELMONITOR__ACTIONS__NOTIFY", "{ hook: webhook, url: 'http://h/' }"));
        Assert.Equal(["a", "b c"], options.Models[0].Ignore);
        Assert.Equal("notify", Assert.Single(options.Actions).Name);
    }

    [Fact]
    public void A_value_gives_way_to_a_part_of_a_mapping() =>
        Assert.Equal(0.5, Options(Samples.Least + "\n    join: all", ("MODELMONITOR__MODELS__M__JOIN__SAMPLE", "0.5")).Models[0].JoinSample);

    [Fact]
    public void An_empty_variable_takes_the_value_away() =>
        Assert.Null(Options(Samples.EverySection, ("MODELMONITOR__LISTEN__METRICS", "")).ListenMetrics);

    [Fact]
    public void A_section_and_a_key_of_it_can_be_given_together()
    {
        var options = Options(
            Samples.Least,
            ("MODELMONITOR__LISTEN__HTTP", "127.0.0.1:1"),
            ("MODELMONITOR__LISTEN", "{ http: 127.0.0.1:2, metrics: 127.0.0.1:3 }"));
        Assert.Equal(("127.0.0.1:1", "127.0.0.1:3"), (options.ListenHttp, options.ListenMetrics));
    }

    [Theory]
    [InlineData("My-Model.v2", "MY_MODEL_V2")]
    [InlineData("My-Model.v2", "my-model.V2")]
    [InlineData("card_fraud", "CARD_FRAUD")]
    public void A_model_is_found_whatever_the_case_of_its_name(string model, string written)
    {
        var text = Samples.Least.Replace("  m:", $"  {model}:", StringComparison.Ordinal);
        Assert.Equal(0.4, Options(text, ($"MODELMONITOR__MODELS__{written}__THRESHOLD", "0.4")).Models[0].Threshold);
    }

    [Theory]
    [InlineData("MODELMONITOR__LISTEN__HTPP", "1", "listen.htpp: is no known key; did you mean 'http'?")]
    [InlineData("MODELMONITOR__LSITEN__HTTP", "1", "lsiten: is no known key; did you mean 'listen'?")]
    [InlineData("MODELMONITOR__PANE", "abc", "pane: must be a duration such as 500ms, 30s, 5m, 2h, 1d or 2w, longer than 0, found 'abc'")]
    [InlineData("MODELMONITOR__MODELS__N__THRESHOLD", "1", "models.n: is not in the file, and a part of it cannot be set alone; did you mean 'm'?")]
    [InlineData("MODELMONITOR__PANE__SIZE", "1", "pane: must be a duration such as 500ms, 30s, 5m, 2h, 1d or 2w, longer than 0, found a mapping")]
    public void A_variable_that_is_wrong_is_a_fault_that_names_it(string name, string value, string fault) =>
        Assert.Equal($"environment variable {name} {fault}", Fault(Samples.Least, (name, value)));

    [Theory]
    [InlineData("MODELMONITOR__", "x")]
    [InlineData("MODELMONITOR__LISTEN__", "x")]
    [InlineData("MODELMONITOR__PLUGINS", "[a")]
    public void A_variable_that_cannot_be_read_is_a_fault(string name, string value) =>
        Assert.StartsWith($"environment variable {name}", Fault(Samples.Least, (name, value)), StringComparison.Ordinal);

    [Fact]
    public void Two_variables_for_one_key_are_a_fault() =>
        Assert.Equal(
            "environment variable MODELMONITOR__pane pane: is set by MODELMONITOR__PANE too",
            Fault(Samples.Least, ("MODELMONITOR__PANE", "5m"), ("MODELMONITOR__pane", "10m")));

    [Fact]
    public void A_name_that_fits_two_models_is_a_fault()
    {
        const string Text = """
            models:
              a-b: { version: 1, task: binary, columns: { score: p } }
              a.b: { version: 1, task: binary, columns: { score: p } }
            """;
        Assert.Equal(
            "environment variable MODELMONITOR__MODELS__A_B__THRESHOLD models: 'A_B' could mean any of a-b, a.b",
            Fault(Text, ("MODELMONITOR__MODELS__A_B__THRESHOLD", "0.4")));
    }
}
