using System.Text.Json;
using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace ModelMonitor.Deployment.Tests.Charts;

/// <summary>Manifests as Helm wrote them: those of Kubernetes read strictly, so that a key it does not know is a failure; those of the Prometheus operator as JSON.</summary>
internal sealed class Rendered
{
    private const string Operator = "apiVersion: monitoring.coreos.com/v1";

    public Rendered(string text)
    {
        Text = text;
        var documents = ("\n" + text).Split("\n---\n").Where(document => document.Contains("kind:", StringComparison.Ordinal)).ToLookup(document => document.Contains(Operator, StringComparison.Ordinal));
        Objects = [.. documents[false].SelectMany(document => KubernetesYaml.LoadAllFromString(document, strict: true))];
        Operated = [.. documents[true].Select(document => JsonSerializer.SerializeToElement(new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(document)))];
    }

    public string Text { get; }

    public IReadOnlyList<object> Objects { get; }

    public IReadOnlyList<JsonElement> Operated { get; }

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public T One<T>() => Assert.Single(Objects.OfType<T>());

    public V1PodSpec Pod => One<V1Deployment>().Spec.Template.Spec;

    public V1Container Monitor => Pod.Containers.Single(container => container.Name == "modelmonitor");

    public string MonitorYaml => All<V1ConfigMap>().Single(map => map.Data.ContainsKey("monitor.yaml")).Data["monitor.yaml"];

    public JsonElement OneOperated(string kind) => Assert.Single(Operated, item => item.GetProperty("kind").GetString() == kind);
}
