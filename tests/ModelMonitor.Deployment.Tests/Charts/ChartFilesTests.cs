using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace ModelMonitor.Deployment.Tests.Charts;

/// <summary>What lies in the chart and says what other files say.</summary>
public sealed class ChartFilesTests
{
    private const string Hint = "; charts/modelmonitor/sync.sh brings it";

    [Fact]
    public void Rules_and_dashboards_of_the_chart_are_those_of_the_repository()
    {
        AssertSame(FilesOf("rules", "*.yaml").Where(file => File.ReadLines(file).Any(line => line.StartsWith("groups:", StringComparison.Ordinal))), Repository.PathOf("charts", "modelmonitor", "files", "rules"), "*.yaml");
        AssertSame(FilesOf("grafana", "*.json"), Repository.PathOf("charts", "modelmonitor", "files", "dashboards"), "*.json");
    }

    [Fact]
    public void The_schema_of_config_is_that_of_monitor_yaml()
    {
        var embedded = JsonNode.Parse(Repository.Read("charts", "modelmonitor", "values.schema.json"))!["$defs"]!["monitor"];
        var own = JsonNode.Parse(Repository.Read("src", "ModelMonitor.Host", "Configuration", "monitor.schema.json"));
        Assert.True(JsonNode.DeepEquals(own, embedded), "the schema of monitor.yaml in values.schema.json is not the monitor's" + Hint);
    }

    [Fact]
    public void Chart_and_application_have_the_version_of_the_build()
    {
        var chart = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(Repository.Read("charts", "modelmonitor", "Chart.yaml"));
        Assert.Equal((Repository.Version, Repository.Version), ((string)chart["version"], (string)chart["appVersion"]));
    }

    [Fact]
    public void Each_value_has_a_default_a_schema_and_a_line_in_the_readme()
    {
        var values = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object?>>(Repository.Read("charts", "modelmonitor", "values.yaml"));
        using var schema = JsonDocument.Parse(Repository.Read("charts", "modelmonitor", "values.schema.json"));
        var readme = Repository.Read("charts", "modelmonitor", "README.md");
        // What Helm itself and a chart around this one set.
        string[] foreign = ["global", "enabled"];
        var described = schema.RootElement.GetProperty("properties").EnumerateObject().Select(property => property.Name).Except(foreign).ToList();
        Assert.Equal(described.Order(), values.Keys.Order());
        foreach (var (name, value) in values)
        {
            var property = schema.RootElement.GetProperty("properties").GetProperty(name);
            while (property.TryGetProperty("$ref", out var reference) && reference.GetString()!.Split('/') is ["#", "$defs", var definition]) property = schema.RootElement.GetProperty("$defs").GetProperty(definition);
            if (value is not Dictionary<object, object> inner || !property.TryGetProperty("additionalProperties", out var open) || open.ValueKind != JsonValueKind.False)
            {
                Assert.Contains($"`{name}", readme, StringComparison.Ordinal);
                continue;
            }

            Assert.Equal(property.GetProperty("properties").EnumerateObject().Select(one => one.Name).Except(["claims"]).Order(), inner.Keys.Select(key => (string)key).Order());
            Assert.All(inner.Keys, key => Assert.Contains($"`{name}.{key}`", readme, StringComparison.Ordinal));
        }
    }

    private static string[] FilesOf(string folder, string pattern)
    {
        var path = Repository.PathOf("dashboards", folder);
        return Directory.Exists(path) ? Directory.GetFiles(path, pattern) : [];
    }

    private static void AssertSame(IEnumerable<string> originals, string folder, string pattern)
    {
        var expected = originals.ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
        var actual = Directory.GetFiles(folder, pattern).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
        Assert.True(expected.Keys.Order().SequenceEqual(actual.Keys.Order()), $"{folder} has other files than the repository{Hint}");
        Assert.All(expected, file => Assert.True(file.Value == actual[file.Key], $"{file.Key} is not the repository's{Hint}"));
    }
}
