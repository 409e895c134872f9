using System.Text.Json.Nodes;
using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class SchemaTests
{
    private static readonly JsonObject s_schema = Read();

    public static TheoryData<string> Sections => [.. Shapes.All.Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Sections))]
    public void The_schema_and_the_program_know_the_same_keys(string name)
    {
        var section = name == Shapes.Monitor.Name ? s_schema : s_schema["$defs"]![name]!;
        var shape = Shapes.All.Single(shape => shape.Name == name);
        Assert.Equal(shape.Keys.Keys.Order(StringComparer.Ordinal), Keys(section["properties"]!));
        Assert.False((bool)section["additionalProperties"]!);
    }

    [Fact]
    public void The_schema_has_no_section_that_the_program_does_not_know()
    {
        var sections = s_schema["$defs"]!.AsObject().Where(definition => definition.Value!["properties"] is not null).Select(definition => definition.Key);
        Assert.Equal(Shapes.All.Select(shape => shape.Name).Except([Shapes.Monitor.Name]).Order(StringComparer.Ordinal), sections.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_shape_is_among_those_that_are_checked() =>
        Assert.Equal(
            Reachable(Shapes.Monitor).Select(shape => shape.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            Shapes.All.Select(shape => shape.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void The_schema_and_the_program_know_the_same_metrics_and_findings()
    {
        var rule = s_schema["$defs"]!["rule"]!["properties"]!;
        Assert.Equal(MetricKeys.Rule.Order(StringComparer.Ordinal), Words(rule["metric"]!["enum"]!));
        Assert.Equal(MetricKeys.Findings.Order(StringComparer.Ordinal), Words(rule["finding"]!["enum"]!));
        Assert.Equal(
            MetricKeys.Performance.Order(StringComparer.Ordinal),
            Words(s_schema["$defs"]!["model"]!["properties"]!["targets"]!["propertyNames"]!["enum"]!));
    }

    private static IEnumerable<SectionShape> Reachable(Shape shape) => shape switch
    {
        SectionShape section => section.Keys.Values.SelectMany(Reachable).Prepend(section),
        NamesShape names => Reachable(names.Each),
        _ => [],
    };

    private static IEnumerable<string> Keys(JsonNode node) => node.AsObject().Select(property => property.Key).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Words(JsonNode node) => node.AsArray().Select(word => (string)word!).Order(StringComparer.Ordinal);

    private static JsonObject Read()
    {
        using var stream = typeof(MonitorConfiguration).Assembly.GetManifestResourceStream("monitor.schema.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
