using System.Text.Json;
using k8s.Models;

namespace ModelMonitor.Deployment.Tests.Charts;

/// <summary>What single values ask for.</summary>
public sealed class ChoiceTests(ChartFolder chart) : IClassFixture<ChartFolder>
{
    private Task<Rendered> RenderAsync(string name) => chart.RenderAsync(Values.Least, Values.Matrix[name]);

    [Fact]
    public async Task State_on_a_claim_has_one_writer_at_a_time()
    {
        var rendered = await RenderAsync("least");
        var deployment = rendered.One<V1Deployment>();
        Assert.Equal(("Recreate", 1), (deployment.Spec.Strategy.Type, deployment.Spec.Replicas));
        Assert.Equal(rendered.One<V1PersistentVolumeClaim>().Metadata.Name, rendered.Pod.Volumes.Single(volume => volume.Name == "modelmonitor-state").PersistentVolumeClaim.ClaimName);
        // Neither the root, which is read-only, nor anything else is written to.
        Assert.Equal(["/tmp", "/var/lib/modelmonitor"], rendered.Monitor.VolumeMounts.Where(mount => mount.ReadOnlyProperty != true).Select(mount => mount.MountPath).Order());
    }

    [Theory]
    [InlineData("model from a claim")]
    [InlineData("model from an image")]
    [InlineData("model copied first")]
    [InlineData("model from elsewhere")]
    public async Task The_model_lies_where_the_configuration_says_and_cannot_be_written_by_the_monitor(string name)
    {
        var rendered = await RenderAsync(name);
        var mount = rendered.Monitor.VolumeMounts.Single(mount => mount.Name == "modelmonitor-model");
        Assert.Equal(("/models", true), (mount.MountPath, mount.ReadOnlyProperty));
        var volume = rendered.Pod.Volumes.Single(volume => volume.Name == mount.Name);
        Assert.Equal("model from a claim" == name, volume.PersistentVolumeClaim is { ClaimName: "churn-model", ReadOnlyProperty: true });
        Assert.Equal("model from an image" == name, volume.Image is { Reference: "registry.example/churn-model:7" });
        Assert.Equal("model copied first" == name, volume.EmptyDir is not null && rendered.Pod.InitContainers.Single().Command.SequenceEqual(["cp", "-R", "/model/.", "/models/"]));
        Assert.Equal("model from elsewhere" == name, volume.Nfs is { Server: "files.example" });
    }

    [Fact]
    public async Task A_gpu_comes_with_the_image_that_can_use_it()
    {
        var rendered = await RenderAsync("gpu");
        Assert.Equal($"modelmonitor:{Repository.Version}-gpu", rendered.Monitor.Image);
        Assert.Equal(("2", "1Gi"), (rendered.Monitor.Resources.Limits["nvidia.com/gpu"].ToString(), rendered.Monitor.Resources.Limits["memory"].ToString()));
        Assert.Equal("nvidia", rendered.Pod.RuntimeClassName);
        Assert.DoesNotContain("nvidia.com/gpu", (await RenderAsync("least")).Monitor.Resources.Limits.Keys);
    }

    [Fact]
    public async Task Leave_to_make_jobs_is_given_where_the_hook_asks_and_nowhere_else()
    {
        Assert.Empty((await RenderAsync("operated")).All<V1Role>());
        var rendered = await RenderAsync("jobs");
        var (role, binding) = (rendered.One<V1Role>(), rendered.One<V1RoleBinding>());
        Assert.Equal(("training", "training"), (role.Metadata.NamespaceProperty, binding.Metadata.NamespaceProperty));
        Assert.Equal(
            ["batch/jobs create,get,delete", "batch/jobs/status get"],
            role.Rules.Select(rule => $"{string.Join(',', rule.ApiGroups)}/{string.Join(',', rule.Resources)} {string.Join(',', rule.Verbs)}"));
        var account = rendered.One<V1ServiceAccount>().Metadata.Name;
        Assert.Equal((account, "ml"), (binding.Subjects.Single().Name, binding.Subjects.Single().NamespaceProperty));
        Assert.Equal(account, rendered.Pod.ServiceAccountName);
        Assert.Equal("churn-modelmonitor", binding.RoleRef.Name.Replace("-jobs", "", StringComparison.Ordinal));
        Assert.Contains("kind: Job", rendered.One<V1ConfigMap>().Data["retrain-job.yaml"], StringComparison.Ordinal);
        // By hand, for a configuration that the chart does not see.
        var byHand = await chart.RenderAsync("{ existingConfigMap: mine, rbac: { create: true, namespaces: [a, b] } }");
        Assert.Equal(["a", "b"], byHand.All<V1Role>().Select(own => own.Metadata.NamespaceProperty));
        Assert.Empty(byHand.All<V1ConfigMap>());
        Assert.Empty((await chart.RenderAsync(Values.Least, Values.Matrix["jobs"], "{ rbac: { create: false } }")).All<V1Role>());
    }

    [Fact]
    public async Task Rules_and_dashboards_arrive_as_they_are()
    {
        var rendered = await RenderAsync("operated");
        var rule = rendered.Operated.Single(item => item.GetProperty("metadata").GetProperty("name").GetString() == "churn-modelmonitor-sample-rules");
        Assert.Equal(ChartFolder.Foreign, rule.GetProperty("spec").GetProperty("groups")[0].GetProperty("rules")[0].GetProperty("annotations").GetProperty("summary").GetString());
        Assert.Equal("prometheus", rule.GetProperty("metadata").GetProperty("labels").GetProperty("release").GetString());
        var map = rendered.All<V1ConfigMap>().Single(map => map.Data.ContainsKey("sample.json"));
        Assert.Equal(ChartFolder.Foreign, JsonDocument.Parse(map.Data["sample.json"]).RootElement.GetProperty("title").GetString());
        Assert.Equal(("1", "Models"), (map.Metadata.Labels["grafana_dashboard"], map.Metadata.Annotations["grafana_folder"]));
    }

    [Fact]
    public async Task Links_to_runbooks_lead_where_the_values_say()
    {
        async Task<List<string>> Links(string values) =>
        [
            .. (await chart.RenderAsync(Values.Least, "{ prometheusRule: { enabled: true } }", values)).Operated
                .SelectMany(item => item.GetProperty("spec").GetProperty("groups").EnumerateArray())
                .SelectMany(group => group.GetProperty("rules").EnumerateArray())
                .Where(rule => rule.TryGetProperty("annotations", out var annotations) && annotations.TryGetProperty("runbook_url", out _))
                .Select(rule => rule.GetProperty("annotations").GetProperty("runbook_url").GetString()!),
        ];
        var plain = await Links("{}");
        Assert.NotEmpty(plain);
        Assert.All(plain, link => Assert.StartsWith("dashboards/README.md#", link, StringComparison.Ordinal));
        var based = await Links("{ prometheusRule: { runbookBase: 'https://git.example/monitor/README.md?plain=1' } }");
        Assert.Equal(plain.Select(link => link.Replace("dashboards/README.md", "https://git.example/monitor/README.md?plain=1", StringComparison.Ordinal)), based);
    }

    [Fact]
    public async Task The_fence_lets_clients_send_and_prometheus_scrape()
    {
        var policy = (await RenderAsync("fenced")).One<V1NetworkPolicy>();
        Assert.Equal(["Ingress", "Egress"], policy.Spec.PolicyTypes);
        Assert.Equal(["monitor-http", "monitor-flight"], policy.Spec.Ingress[0].Ports.Select(port => port.Port.Value));
        Assert.Equal("churn", policy.Spec.Ingress[0].FromProperty.Single().PodSelector.MatchLabels["app"]);
        Assert.Equal(["monitor-metrics"], policy.Spec.Ingress[1].Ports.Select(port => port.Port.Value));
        Assert.Equal(["53", "53", "443"], policy.Spec.Egress.SelectMany(rule => rule.Ports).Select(port => port.Port.Value));
        // Without further words nobody is kept from scraping, and only neighbours may send.
        var plain = (await chart.RenderAsync(Values.Least, "{ networkPolicy: { enabled: true } }")).One<V1NetworkPolicy>();
        Assert.Equal(["Ingress"], plain.Spec.PolicyTypes);
        Assert.NotNull(plain.Spec.Ingress[0].FromProperty.Single().PodSelector);
        Assert.Null(plain.Spec.Ingress[1].FromProperty);
    }

    [Fact]
    public async Task A_changed_configuration_makes_a_new_pod()
    {
        var before = (await RenderAsync("least")).One<V1Deployment>().Spec.Template.Metadata.Annotations["modelmonitor/config"];
        var same = (await chart.RenderAsync(Values.Least, "{ podLabels: { a: b } }")).One<V1Deployment>().Spec.Template.Metadata.Annotations["modelmonitor/config"];
        var after = (await chart.RenderAsync(Values.Least, "{ config: { lateness: 5m } }")).One<V1Deployment>().Spec.Template.Metadata.Annotations["modelmonitor/config"];
        Assert.Equal(before, same);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task Notes_tell_what_was_made_and_what_was_not()
    {
        var own = await NotesAsync("{ flight: { enabled: true } }");
        Assert.Contains("http://churn-modelmonitor.ml.svc:9464/v1/models/MODEL/predictions", own, StringComparison.Ordinal);
        Assert.Contains("grpc://churn-modelmonitor.ml.svc:8815", own, StringComparison.Ordinal);
        Assert.Contains("Nothing was made that tells Prometheus of it", own, StringComparison.Ordinal);
        Assert.DoesNotContain("emptyDir: it goes with the pod", own, StringComparison.Ordinal);
        Assert.Contains("Each of the 3 replicas has a state of its own", await NotesAsync(Values.Matrix["many without a claim"]), StringComparison.Ordinal);
        Assert.Contains("modelmonitor.sidecar.container", await NotesAsync(Values.Matrix["sidecar"]), StringComparison.Ordinal);
        Assert.DoesNotContain("in one release", own, StringComparison.Ordinal);
        Assert.Contains("prometheusRule.enabled and dashboards.enabled belong on in one release of it only", await NotesAsync(Values.Matrix["operated"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notes_tell_whom_the_fence_keeps_apart()
    {
        const string Fence = "networkPolicy: { enabled: true, restrictEgress: true }\n";
        const string Actions = "config: { actions: { notify: { hook: webhook, url: 'https://hooks.example' }, run: { hook: kubernetes-job } } }\n";
        var told = await NotesAsync(Fence + Actions);
        Assert.Contains("config.actions.notify and config.actions.run must reach, and the monitor reaches only DNS.", told, StringComparison.Ordinal);
        Assert.Contains("networkPolicy: { egress: [", told, StringComparison.Ordinal);
        var listed = await NotesAsync("networkPolicy: { enabled: true, restrictEgress: true, egress: [{ ports: [{ port: 443 }] }] }\n" + Actions);
        Assert.Contains("the monitor reaches only DNS and what networkPolicy.egress lists", listed, StringComparison.Ordinal);
        Assert.All([await NotesAsync(Fence), await NotesAsync(Actions)], quiet => Assert.DoesNotContain("only DNS", quiet, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Notes_tell_who_hears_call_backs()
    {
        const string Webhook = "{ mode: sidecar, config: { actions: { retrain: { hook: webhook, url: 'https://hooks.example' } } } }";
        Assert.Contains("heard in the pod alone: sidecar.http pod, with url, opens it", await NotesAsync(Webhook), StringComparison.Ordinal);
        var open = await NotesAsync(Values.Matrix["sidecar whose Jobs come back"]);
        Assert.Contains("MODELMONITOR__LISTEN__OPERATOR_KEY", open, StringComparison.Ordinal);
        Assert.DoesNotContain("heard in the pod alone", open, StringComparison.Ordinal);
    }

    private async Task<string> NotesAsync(string values) =>
        (await Tools.HelmAsync(["install", "churn", chart.Chart, "--dry-run=client", "--namespace", "ml", "-f", await FileAsync(Values.Least), "-f", await FileAsync(values)])).Sound();

    private async Task<string> FileAsync(string text)
    {
        var file = Path.Combine(chart.Chart, "..", Guid.NewGuid().ToString("N") + ".yaml");
        await File.WriteAllTextAsync(file, text);
        return file;
    }
}
