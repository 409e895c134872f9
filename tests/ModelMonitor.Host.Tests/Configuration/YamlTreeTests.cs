using ModelMonitor.Host.Configuration;
using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class YamlTreeTests
{
    [Theory]
    [InlineData("models: [a", "monitor.yaml:2:1: is not valid YAML: ")]
    [InlineData("models:\n  a: 1\n b: 2", "monitor.yaml:3:2: is not valid YAML: ")]
    [InlineData("models:\n\ta: 1", "monitor.yaml:2:1: is not valid YAML: ")]
    [InlineData("pane: 5m\npane: 6m", "monitor.yaml:2:1 pane: is given twice, the first time at ")]
    [InlineData("models: &a\n  b: *a", "monitor.yaml:2:6 models.b: the anchor &a is used inside itself")]
    [InlineData("listen:\n  http: *:9464", "monitor.yaml:2:9")]
    [InlineData("models: *none", "monitor.yaml:1:9 models: there is no anchor &none before *none")]
    [InlineData("? [a]\n: 1", "monitor.yaml:1:3: a key must be a single value")]
    [InlineData("pane: !duration 5m", "monitor.yaml:1:7 pane: carries the tag '!duration'")]
    [InlineData("pane: 5m\n---\npane: 6m", "monitor.yaml:2:1: must hold one document")]
    [InlineData("just a text", "monitor.yaml:1:1: must be a mapping of ")]
    public void What_is_no_configuration_in_YAML_is_one_fault_with_its_place(string text, string fault) =>
        Assert.StartsWith(fault, Fault(text), StringComparison.Ordinal);

    [Fact]
    public void An_alias_stands_for_what_its_anchor_names()
    {
        var root = (YamlMapping)YamlTree.Parse("a: &x { b: [1, two] }\nc: *x", "f");
        var copy = Assert.IsType<YamlMapping>(root.Find("c"));
        Assert.Equal("c.b[1]", Assert.IsType<YamlSequence>(copy.Find("b")).Items[1].Path);
    }

    [Fact]
    public void Aliases_of_aliases_do_not_fill_the_memory()
    {
        var lines = Enumerable.Range(1, 12).Select(at => $"a{at}: &a{at} [{string.Join(", ", Enumerable.Repeat($"*a{at - 1}", 10))}]");
        Assert.Contains("than a configuration can need", Fault("a0: &a0 x\n" + string.Join('\n', lines)), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_does_not_end_the_process() =>
        Assert.Contains("is nested deeper than", Fault("a: " + new string('[', 20_000)), StringComparison.Ordinal);

    [Fact]
    public void Every_node_knows_its_place_and_path()
    {
        var root = (YamlMapping)YamlTree.Parse("models:\n  m:\n    ignore: [a, b]", "f.yaml");
        var ignore = ((YamlMapping)((YamlMapping)root.Find("models")!).Find("m")!).Find("ignore")!;
        Assert.Equal(("models.m.ignore", "f.yaml:3:13"), (ignore.Path, ignore.Place.ToString()));
        var second = ((YamlSequence)ignore).Items[1];
        Assert.Equal(("models.m.ignore[1]", "f.yaml:3:17"), (second.Path, second.Place.ToString()));
    }
}
