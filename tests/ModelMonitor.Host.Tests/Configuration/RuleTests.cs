using ModelMonitor.Core.Rules;
using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class RuleTests
{
    private const string Actions = """

        actions:
          notify:  { hook: webhook, url: "http://h/alerts" }
          retrain: { hook: webhook, url: "http://h/retrain" }
        """;

    [Fact]
    public void A_file_without_rules_has_the_documented_ones()
    {
        var rules = Options(Samples.Least + Actions).Rules;
        Assert.Equal(["unstable", "shifted", "overfitting", "decay", "weak"], rules.Select(rule => rule.Name));
        AssertSame(new() { Name = "unstable", Metric = "score_psi", Above = 0.2, Window = "day", For = 2, MinRows = 1000, Then = ["retrain"] }, rules[0]);
        AssertSame(
            new() { Name = "shifted", Metric = "psi", Feature = "inputs", Above = 0.2, Window = "day", For = 2, MinRows = 1000, Then = ["notify"] }, rules[1]);
        AssertSame(new() { Name = "overfitting", Finding = "overfitting", Drop = 0.05, Then = ["retrain"] }, rules[2]);
        AssertSame(
            new() { Name = "decay", Finding = "decay", Drop = 0.05, Window = "day", For = 2, MinLabelShare = 0.8, Then = ["retrain"] }, rules[3]);
        AssertSame(new() { Name = "weak", Metric = "roc_auc", Below = 0.6, Window = "day", Then = ["notify"] }, rules[4]);
    }

    [Fact]
    public void A_default_rule_names_no_action_that_is_not_there() => Assert.All(Options(Samples.Least).Rules, rule => Assert.Empty(rule.Then));

    [Fact]
    public void Without_a_binary_model_no_default_rule_asks_for_an_AUC() =>
        Assert.Equal(["unstable", "shifted", "overfitting", "decay"], Options(Samples.Chicago).Rules.Select(rule => rule.Name));

    [Theory]
    [InlineData("w: 7d, m: 30d, h: 1h", "w")]
    [InlineData("h: 1h, g: 6h", "g")]
    [InlineData("h: 1h, day: 2h, w: 7d", "day")]
    public void Default_rules_look_at_the_day_or_what_comes_closest(string windows, string expected)
    {
        var lines = windows.Split(", ").Select(window => window.Split(": "))
            .Select(window => $"\n  {window[0]}: {{ size: {window[1]}, schedule: \"0 0 * * * ?\" }}");
        var rules = Options(Samples.Least + "\nwindows:" + string.Concat(lines)).Rules;
        Assert.All(rules.Where(rule => rule.Name != "overfitting"), rule => Assert.Equal(expected, rule.Window));
    }

    [Fact]
    public void Rules_of_the_file_replace_the_default_ones_as_a_whole()
    {
        Assert.Empty(Options(Samples.Least + "\nrules: {}").Rules);
        AssertSame(
            new() { Name = "low", Metric = "f1", Below = 0.3 },
            Assert.Single(Options(Samples.Least + "\nrules: { low: { metric: f1, below: 0.3 } }").Rules));
    }

    [Theory]
    [InlineData("{ above: 1 }", "needs either a metric or a finding, and not both")]
    [InlineData("{ metric: f1, finding: decay, below: 1 }", "needs either a metric or a finding, and not both")]
    [InlineData("{ metric: f1 }", "needs a limit: above, below or beyond")]
    [InlineData("{ metric: f1, below: 0.5, beyond: 3 sd }", "rules.r.beyond: stands instead of above and below")]
    [InlineData("{ metric: ks_distance, feature: a, beyond: 3 sd }", "keeps the spread of performance metrics and of PSI, not of 'ks_distance'")]
    [InlineData("{ metric: f1, beyond: 5% }", "must be a number of standard deviations above 0, such as 3 sd")]
    [InlineData("{ metric: f1, beyond: 0 }", "must be a number of standard deviations above 0, such as 3 sd")]
    [InlineData("{ finding: decay, beyond: 3 sd }", "rules.r.beyond: has no meaning for the finding 'decay'")]
    [InlineData("{ metric: f1, below: 0.5, drop: 5% }", "belongs to the findings overfitting, decay")]
    [InlineData("{ metric: psi, above: 0.2 }", "is a value of one feature")]
    [InlineData("{ metric: score_psi, above: 0.2, feature: a }", "'score_psi' is no value of a feature")]
    [InlineData("{ metric: score_psi, above: 0.2, except: [a] }", "'score_psi' is no value of a feature")]
    [InlineData("{ metric: estimated_f1 }", "needs a limit: above, below or beyond")]
    [InlineData("{ metric: estimated_ece, above: 0.1 }", "'estimated_ece' is no known metric")]
    [InlineData("{ metric: estimated_f1, below: 0.5, feature: a }", "'estimated_f1' is no value of a feature")]
    [InlineData("{ finding: decya }", "'decya' is no known finding; did you mean 'decay'?")]
    [InlineData("{ finding: decay, above: 1 }", "rules.r.above: has no meaning for the finding 'decay'")]
    [InlineData("{ finding: one_class, drop: 5% }", "rules.r.drop: has no meaning for the finding 'one_class'")]
    [InlineData("{ finding: decay, drop: 0 }", "must be a share above 0 and up to 1")]
    [InlineData("{ finding: decay, for: 0 }", "must be a whole number of at least 1")]
    [InlineData("{ finding: decay, min_rows: -1 }", "must be a whole number of at least 0")]
    [InlineData("{ finding: decay, min_label_share: 80 }", "must be a share from 0 to 1")]
    [InlineData("{ finding: decay, window: month }", "there is no window 'month'")]
    [InlineData("{ finding: decay, than: [x] }", "rules.r.than: is no known key; did you mean 'then'?")]
    public void A_rule_that_could_not_be_meant_so_is_a_fault(string rule, string part) =>
        Assert.Contains(part, FaultWith($"rules: {{ r: {rule} }}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("3 sd", 3)]
    [InlineData("2.5sd", 2.5)]
    [InlineData("4", 4)]
    public void A_rule_may_ask_for_standard_deviations_instead_of_a_limit(string text, double expected) =>
        Assert.Equal(expected, Assert.Single(Options(Samples.Least + $"\nrules: {{ r: {{ metric: f1, beyond: {text} }} }}").Rules).Beyond);

    [Fact]
    public void A_model_knows_the_lengths_of_the_windows_that_will_look_at_it() =>
        Assert.Equal([TimeSpan.FromHours(1), TimeSpan.FromDays(1)], Options(Samples.Least).Models[0].Windows);

    [Fact]
    public void An_estimate_may_be_watched_but_is_no_target()
    {
        AssertSame(
            new() { Name = "r", Metric = "estimated_f1", Below = 0.3 },
            Assert.Single(Options(Samples.Least + "\nrules: { r: { metric: estimated_f1, below: 0.3 } }").Rules));
        Assert.Contains("models.m.targets.estimated_f1: is no performance metric of a binary model", FaultInModel("targets: { estimated_f1: 0.5 }"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_is_not_blamed_for_the_window_that_it_names()
    {
        var faults = Faults(Samples.Least + "\nwindows: { w: { size: abc, schedule: \"0 0 * * * ?\" } }\nrules: { r: { finding: decay, window: w } }");
        Assert.Contains("windows.w.size", Assert.Single(faults), StringComparison.Ordinal);
    }

    private static void AssertSame(RuleDefinition expected, RuleDefinition actual)
    {
        Assert.Equal(expected.Then, actual.Then);
        Assert.Equal(expected.Except, actual.Except);
        Assert.Equal(expected with { Then = [], Except = [] }, actual with { Then = [], Except = [] });
    }
}
