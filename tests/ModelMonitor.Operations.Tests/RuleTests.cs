using System.Text.RegularExpressions;
using ModelMonitor.Core.Diagnosis;
using YamlDotNet.RepresentationModel;

namespace ModelMonitor.Operations.Tests;

/// <summary>The Prometheus rules, by Prometheus' own tool and by what they promise.</summary>
public sealed class RuleTests
{
    private const string Package = "apt-get install prometheus";

    public static TheoryData<string> TestFiles => [.. Directory.GetFiles(Files.RuleTests, "*.yaml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Promtool_accepts_the_rules() => (await Tool.RunAsync("promtool", Package, ["check", "rules", .. Files.Rules])).Succeeded();

    [Theory]
    [MemberData(nameof(TestFiles))]
    public async Task The_rules_do_what_their_tests_say(string file) => (await Tool.RunAsync("promtool", Package, "test", "rules", Path.Combine(Files.RuleTests, file))).Succeeded();

    [Fact]
    public void Every_alert_is_shown_to_be_silent_to_fire_and_to_resolve()
    {
        var shown = (from file in TestFiles.Select(row => row.Data)
                     from test in Yaml.Read(Path.Combine(Files.RuleTests, file)).List("tests")
                     from check in test.List("alert_rule_test")
                     select (Test: test, Alert: check.Text("alertname")!, At: Minutes(check.Text("eval_time")!), Fires: check.List("exp_alerts").Any())).ToList();
        foreach (var alert in Rule.Alerts)
        {
            // In one and the same series: silent, then firing, then silent again.
            Assert.True(shown.Where(s => s.Alert == alert.Alert).GroupBy(s => s.Test).Any(test =>
            {
                var firing = test.Where(s => s.Fires).Select(s => s.At).ToList();
                return firing.Count > 0 && test.Any(s => !s.Fires && s.At < firing.Min()) && test.Any(s => !s.Fires && s.At > firing.Max());
            }), alert.Alert);
        }

        Assert.Empty(shown.Select(s => s.Alert).Except(Rule.Alerts.Select(rule => rule.Alert!)));
    }

    [Fact]
    public void Every_alert_has_a_severity_texts_and_a_section_in_the_runbook()
    {
        var anchors = File.ReadLines(Files.Runbook).Where(line => line.StartsWith('#')).Select(line => line.TrimStart('#').Trim().ToLowerInvariant().Replace(' ', '-')).ToHashSet();
        Assert.NotEmpty(Rule.Alerts);
        foreach (var alert in Rule.Alerts)
        {
            Assert.Contains(alert.Labels["severity"], (string[])["critical", "warning", "info"]);
            Assert.All((string[])["summary", "description"], text => Assert.NotEmpty(alert.Annotations[text]));
            Assert.Equal($"dashboards/README.md#{alert.Alert!.ToLowerInvariant()}", alert.Annotations["runbook_url"]);
            Assert.Contains(alert.Alert!.ToLowerInvariant(), anchors);
        }

        Assert.Equal(Rule.Alerts.Count, Rule.Alerts.Select(rule => rule.Alert).Distinct().Count());
    }

    [Fact]
    public async Task Every_command_of_the_runbook_is_one()
    {
        var help = await Tool.RunAsync("dotnet", "the SDK", Path.Combine(AppContext.BaseDirectory, "modelmonitor.dll"), "--help");
        var commands = Regex.Matches(help.Output, "^  ([a-z]+) ", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToList();
        var named = Regex.Matches(File.ReadAllText(Files.Runbook), "`modelmonitor ([a-z]+)").Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(named.Count > 5);
        Assert.Empty(named.Except(commands));
    }

    [Fact]
    public void Every_kind_of_finding_raises_an_alert()
    {
        var matched = Rule.Alerts.Select(rule => rule.Expression).Where(e => e.Contains("modelmonitor_finding", StringComparison.Ordinal)).Select(e => e.Split('"')[1]).SelectMany(kinds => kinds.Split('|'));
        Assert.Equal(FindingKind.All.Order(StringComparer.Ordinal), matched.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_recorded_series_that_a_rule_names_is_recorded() =>
        Assert.Empty(Rule.All.SelectMany(rule => PromQl.RecordedOf(rule.Expression)).Except(Rule.Records.Select(rule => rule.Record!)));

    [Fact]
    public async Task Amtool_accepts_the_Alertmanager_configuration_and_its_routes_lead_where_they_should()
    {
        var file = Path.Combine(Files.Dashboards, "alertmanager.yaml");
        (await AmtoolAsync("check-config", file)).Succeeded();
        foreach (var (severity, receiver) in (IEnumerable<(string, string)>)[("critical", "on-call"), ("warning", "model-team"), ("info", "digest")])
            Assert.Equal(receiver, (await AmtoolAsync("config", "routes", "test", "--config.file", file, "alertname=ModelMonitorNoData", "severity=" + severity)).Output.Trim());

        static Task<Tool> AmtoolAsync(params string[] arguments) => Tool.RunAsync("amtool", "apt-get install prometheus-alertmanager", arguments);
    }

    [Fact]
    public void The_Alertmanager_configuration_names_alerts_that_exist()
    {
        var named = Regex.Matches(File.ReadAllText(Path.Combine(Files.Dashboards, "alertmanager.yaml")), "ModelMonitor(?:\\w+|\\(([\\w|]+)\\))")
            .SelectMany(m => m.Groups[1].Success ? m.Groups[1].Value.Split('|').Select(end => "ModelMonitor" + end) : [m.Value]).ToList();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(Rule.Alerts.Select(rule => rule.Alert!)));
    }

    [Fact]
    public void No_alert_silences_or_joins_one_of_another_environment()
    {
        var configuration = Yaml.Read(Path.Combine(Files.Dashboards, "alertmanager.yaml"));
        string[] environment = ["cluster", "namespace", "job"];
        Assert.Empty(environment.Except(Texts(configuration["route"], "group_by")));
        var inhibitions = configuration.List("inhibit_rules").Select(rule => Texts(rule, "equal")).ToList();
        Assert.NotEmpty(inhibitions);
        // Of a model the state tells, of a process its address.
        Assert.All(inhibitions, equal => Assert.Empty(environment.Append(equal.Contains("model") ? "state" : "instance").Except(equal)));

        static List<string> Texts(YamlNode node, string key) => [.. node.List(key).Select(one => one.ToString())];
    }

    private static int Minutes(string time) => time[^1] switch
    {
        'm' => int.Parse(time[..^1], System.Globalization.CultureInfo.InvariantCulture),
        'h' => 60 * int.Parse(time[..^1], System.Globalization.CultureInfo.InvariantCulture),
        'd' => 24 * 60 * int.Parse(time[..^1], System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new FormatException(time),
    };
}
