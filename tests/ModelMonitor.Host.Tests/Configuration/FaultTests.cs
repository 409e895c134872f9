using CsCheck;
using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class FaultTests
{
    [Fact]
    public void Every_fault_is_reported_at_once_with_its_place()
    {
        const string Text = """
            listen:
              htpp: 127.0.0.1:9464
              metrics: nowhere
            models:
              flights:
                version: "1"
                task: binary
                columns: { score: p }
                threshold: abc
                label_delay: 5 minutes
            windows:
              day: { size: 1d, schedule: "every day" }
            rules:
              weak: { metric: roc_acu, below: 0.6, window: dya, then: [notify] }
            retension: { panes: 1d }
            """;
        Assert.Equal(
            [
                "monitor.yaml:2:3 listen.htpp: is no known key; did you mean 'http'?",
                "monitor.yaml:3:12 listen.metrics: must be host:port with an address, localhost or *, such as 127.0.0.1:9464 or [::1]:9464; found 'nowhere'",
                "monitor.yaml:9:16 models.flights.threshold: must be a number, found 'abc'",
                "monitor.yaml:10:18 models.flights.label_delay: must be a duration such as 500ms, 30s, 5m, 2h, 1d or 2w, found '5 minutes'",
                "monitor.yaml:12:30 windows.day.schedule: 'every day' is no Quartz cron expression",
                "monitor.yaml:14:19 rules.weak.metric: 'roc_acu' is no known metric; did you mean 'roc_auc'?",
                "monitor.yaml:14:48 rules.weak.window: there is no window 'dya'; did you mean 'day'?",
                "monitor.yaml:14:60 rules.weak.then[0]: there is no action 'notify'",
                "monitor.yaml:15:1 retension: is no known key; did you mean 'retention'?",
            ],
            Faults(Text).Select(fault => fault.Split(" (seconds first")[0]));
    }

    [Theory]
    [InlineData("version: \"1\"", "monitor.yaml:3:5 models.m.version: is required")]
    [InlineData("task: binary", "monitor.yaml:3:5 models.m.task: is required")]
    public void A_required_key_that_is_missing_is_a_fault_at_its_section(string without, string fault) =>
        Assert.Equal(fault, Fault(Samples.Least.Replace("    " + without + "\n", "", StringComparison.Ordinal)));

    [Theory]
    [InlineData("", "monitor.yaml:1:1 models: is required")]
    [InlineData("# nothing\n", "monitor.yaml:1:1 models: is required")]
    [InlineData("models: {}", "monitor.yaml:1:9 models: must hold at least one model")]
    [InlineData("models: [a]", "monitor.yaml:1:9 models: must be a mapping of names, found a list")]
    public void A_file_without_a_model_is_a_fault(string text, string fault) => Assert.Equal(fault, Fault(text));

    [Fact]
    public void A_section_that_is_no_mapping_is_one_fault() =>
        Assert.StartsWith("monitor.yaml:2:6 models.m: must be a mapping of version, task", Fault("models:\n  m: 5"), StringComparison.Ordinal);

    [Theory]
    [InlineData("categories: 0", "a whole number of at least 1")]
    [InlineData("threshold: .nan", "must be a number")]
    [InlineData("threshold: 1e999", "must be a number")]
    [InlineData("threshold: [1]", "must be a number, found a list")]
    [InlineData("label_delay: -1d", "must be a duration")]
    [InlineData("label_delay: 99999999999999d", "must be a duration")]
    [InlineData("baseline: \" \"", "models.m.baseline: must not be empty")]
    [InlineData("baseline: \"a\\0b\"", "models.m.baseline: must not be empty, nor hold a NUL")]
    [InlineData("ignore: [a, \"\"]", "models.m.ignore[1]: must not be empty")]
    [InlineData("gate: wran", "must be one of warn, refuse; found 'wran'; did you mean 'warn'?")]
    [InlineData("join: some", "must be one of all, none")]
    [InlineData("join: { sample: 2 }", "must be a share from 0 to 1")]
    [InlineData("join: {}", "models.m.join.sample: is required")]
    [InlineData("ignore: [a, [b]]", "models.m.ignore[1]: must be a single value, found a list")]
    [InlineData("device: [cdua, cpu]", "did you mean 'cuda'?")]
    [InlineData("targets: { f2: 0.5 }", "models.m.targets.f2: is no performance metric of a binary model")]
    [InlineData("targets: { r2: 0.5 }", "is no performance metric of a binary model")]
    [InlineData("targets: { f1: high }", "must be a number, found 'high'")]
    [InlineData("onnx: model.onnx", "models.m.inputs: is required with onnx")]
    [InlineData("reference: { holdout: h.arrows }", "models.m.reference.train: is required")]
    [InlineData("reference: { production: 7d, holdout: h.arrows }", "models.m.reference.production: stands alone")]
    [InlineData("reference: { production: soon }", "models.m.reference.production: must be")]
    public void A_model_with_a_wrong_value_is_a_fault(string line, string part) =>
        Assert.Contains(part, FaultInModel(line), StringComparison.Ordinal);

    [Fact]
    public void A_model_without_a_scorer_needs_a_logged_score() =>
        Assert.Contains("unless the data carry their own scores", Fault("models:\n  m: { version: 1, task: binary }"), StringComparison.Ordinal);

    [Theory]
    [InlineData("threshold: 0.5")]
    [InlineData("label_positive: 1")]
    [InlineData("score: { positive: 1 }")]
    public void A_regression_takes_nothing_that_is_about_classes(string line) =>
        Assert.Contains(
            "has no meaning for a regression model",
            Fault(Samples.Least.Replace("binary", "regression", StringComparison.Ordinal) + "\n    " + line),
            StringComparison.Ordinal);

    [Fact]
    public void One_column_cannot_be_two_things() =>
        Assert.Contains("the column 'p' cannot be two things", Fault(Samples.Least.Replace("score: p", "score: p, id: p", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void Two_models_cannot_share_a_baseline()
    {
        const string Text = """
            models:
              a: { version: 1, task: binary, columns: { score: p }, baseline: b.json }
              b: { version: 1, task: binary, columns: { score: p }, baseline: ./b.json }
            """;
        Assert.Equal("monitor.yaml:3:67 models.b.baseline: is the baseline of a too", Fault(Text));
    }

    [Theory]
    [InlineData("models:\n  a/b: { version: 1, task: binary, columns: { score: p } }", "models.a/b")]
    [InlineData(Samples.Least + "\nwindows: { \"a b\": { size: 1d, schedule: \"0 0 * * * ?\" } }", "windows.a b")]
    [InlineData(Samples.Least + "\nactions: { ..: { hook: webhook, url: \"http://h/\" } }", "actions...")]
    [InlineData(Samples.Least + "\nrules: { é: { finding: decay } }", "rules.é")]
    public void A_name_that_does_not_fit_into_a_URL_is_a_fault(string text, string path) =>
        Assert.Contains($" {path}: a name consists of letters", Fault(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("listen: { http: \"9464\" }", "must be host:port")]
    [InlineData("listen: { http: example.org:80 }", "must be host:port")]
    [InlineData("listen: { http: 1.2.3:80 }", "must be host:port")]
    [InlineData("listen: { http: 127.0.0.1:70000 }", "must be host:port")]
    [InlineData("listen: { http: \"::1:9464\" }", "must be host:port")]
    [InlineData("listen: { metrics: 127.0.0.1:9464 }", "must not be the address of http")]
    [InlineData("listen: { metrics: 0.0.0.0:9464 }", "must not be the address of http")]
    [InlineData("listen: { metrics: localhost:9464 }", "must not be the address of http")]
    [InlineData("listen: { flight: 127.0.0.1:9464 }", "must not be the address of http or metrics")]
    [InlineData("listen: { metrics: 127.0.0.1:1, flight: localhost:1 }", "must not be the address of http or metrics")]
    [InlineData("listen: { flight: grpc }", "must be host:port")]
    [InlineData("actions: { a: { hook: webhook, url: hooks/a } }", "must be an absolute http:// or https:// URL")]
    [InlineData("actions: { a: { hook: webhook } }", "actions.a.url: is required")]
    [InlineData("actions: { a: { url: \"http://h/\" } }", "actions.a.hook: is required")]
    [InlineData("ingest: { max_request: 64MB }", "must be a size such as 512KiB, 64MiB or 1GiB, found '64MB'")]
    [InlineData("ingest: { max_request: 4GiB }", "must be below 2GiB")]
    [InlineData("ingest: { max_queued_rows: 0 }", "a whole number of at least 1")]
    [InlineData("windows: {}", "must hold at least one window")]
    [InlineData("windows: { day: { size: 0d, schedule: \"0 0 * * * ?\" } }", "longer than 0")]
    [InlineData("windows: { day: { size: 1d, schedule: \"* * * * *\" } }", "is no Quartz cron expression")]
    [InlineData("windows: { day: { size: 1d, schedule: \"0 0 0 30 2 ?\" } }", "never fires")]
    public void A_wrong_value_elsewhere_is_a_fault(string line, string part) => Assert.Contains(part, FaultWith(line), StringComparison.Ordinal);

    [Theory]
    [InlineData("[::1]:9464")]
    [InlineData("0.0.0.0:1")]
    [InlineData("localhost:0")]
    [InlineData("'*:9464'")]
    public void An_address_may_be_written_in_several_ways(string address) =>
        Assert.Equal(address.Trim('\''), Options(Samples.Least + $"\nlisten: {{ http: \"{address.Trim('\'')}\" }}").ListenHttp);

    [Fact]
    public void Whatever_is_written_ends_in_options_or_faults_and_never_in_an_exception()
    {
        string[] pieces = ["", "[", "]", "{", "}", ":", "\n", " ", "null", "-", "&a ", "*a", "\"", "5%", "\0", "\t", "#", "1e400"];
        Gen.Select(Gen.Int[0, Samples.EverySection.Length], Gen.Int[0, 40], Gen.Int[0, pieces.Length - 1]).Sample((at, length, with) =>
        {
            var text = Samples.EverySection.Remove(at, Math.Min(length, Samples.EverySection.Length - at)).Insert(at, pieces[with]);
            _ = Faults(text);
        }, iter: 1_000);
    }
}
