using YamlDotNet.RepresentationModel;

namespace ModelMonitor.Operations.Tests;

/// <summary>A recording or alerting rule as its file has it.</summary>
internal sealed record Rule(string? Record, string? Alert, string Expression, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations)
{
    public static IReadOnlyList<Rule> All { get; } = [.. Files.Rules.SelectMany(Read)];

    public static IReadOnlyList<Rule> Alerts { get; } = [.. All.Where(rule => rule.Alert is not null)];

    public static IReadOnlyList<Rule> Records { get; } = [.. All.Where(rule => rule.Record is not null)];

    private static IEnumerable<Rule> Read(string file) =>
        from @group in (YamlSequenceNode)Yaml.Read(file)["groups"]
        from YamlMappingNode rule in (YamlSequenceNode)@group["rules"]
        select new Rule(rule.Text("record"), rule.Text("alert"), rule.Text("expr")!, rule.Map("labels"), rule.Map("annotations"));
}
