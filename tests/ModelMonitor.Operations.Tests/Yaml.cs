using YamlDotNet.RepresentationModel;

namespace ModelMonitor.Operations.Tests;

/// <summary>Reads YAML as it stands.</summary>
internal static class Yaml
{
    public static YamlNode Read(string file)
    {
        using var reader = File.OpenText(file);
        var stream = new YamlStream();
        stream.Load(reader);
        return stream.Documents[0].RootNode;
    }

    public static string? Text(this YamlNode node, string key) => node is YamlMappingNode map && map.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    public static IEnumerable<YamlNode> List(this YamlNode node, string key) => node is YamlMappingNode map && map.Children.TryGetValue(key, out var value) ? (YamlSequenceNode)value : [];

    public static Dictionary<string, string> Map(this YamlNode node, string key) =>
        node is YamlMappingNode map && map.Children.TryGetValue(key, out var value) ? ((YamlMappingNode)value).ToDictionary(p => ((YamlScalarNode)p.Key).Value!, p => ((YamlScalarNode)p.Value).Value!) : [];
}
