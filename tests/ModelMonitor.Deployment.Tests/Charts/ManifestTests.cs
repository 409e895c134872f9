using System.Text.Json;
using k8s.Models;
using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Deployment.Tests.Charts;

/// <summary>What the chart makes of its values, over all that the values can ask for.</summary>
public sealed class ManifestTests(ChartFolder chart) : IClassFixture<ChartFolder>
{
    public static TheoryData<string> Names => Values.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Values_give_manifests_that_the_cluster_and_the_operator_read_to_the_last_key(string name)
    {
        (await chart.LintAsync(Values.Least, Values.Matrix[name])).Sound();
        var rendered = await chart.RenderAsync(Values.Least, Values.Matrix[name]);
        Assert.NotEmpty(rendered.Objects);
        var held = (await Tools.NodeAsync("operator.mjs", JsonSerializer.Serialize(rendered.Operated))).Sound();
        Assert.Equal(rendered.Operated.Count, held.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_configuration_that_it_writes_is_one_that_the_monitor_takes(string name)
    {
        var rendered = await chart.RenderAsync(Values.Least, Values.Matrix[name]);
        var (options, faults) = MonitorConfiguration.Parse(rendered.MonitorYaml, "/etc/modelmonitor/monitor.yaml", new Dictionary<string, string>(), checkFiles: false);
        Assert.Empty(faults.Select(fault => fault.ToString()));
        var closed = name.StartsWith("sidecar", StringComparison.Ordinal) && name != "sidecar whose Jobs come back";
        Assert.Equal((closed ? "127.0.0.1:9464" : "*:9464", "*:9465", "/var/lib/modelmonitor"), (options!.ListenHttp, options.ListenMetrics, options.StateFolder));
        Assert.Equal("7", options.Models[0].Version);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_pod_of_its_own_may_do_nothing_that_it_need_not(string name)
    {
        var rendered = await chart.RenderAsync(Values.Least, Values.Matrix[name]);
        Assert.Equal(!name.StartsWith("sidecar", StringComparison.Ordinal), rendered.All<V1Deployment>().Any());
        if (!rendered.All<V1Deployment>().Any()) return;
        var pod = rendered.Pod;
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.False(pod.EnableServiceLinks);
        Assert.Equal(name == "jobs", pod.AutomountServiceAccountToken);
        foreach (var container in pod.Containers.Concat(pod.InitContainers ?? []))
        {
            var security = container.SecurityContext;
            Assert.Equal((true, true, false, 1654L), (security.RunAsNonRoot, security.ReadOnlyRootFilesystem, security.AllowPrivilegeEscalation, security.RunAsUser));
            Assert.Equal(["ALL"], security.Capabilities.Drop);
            Assert.Equal("RuntimeDefault", security.SeccompProfile.Type);
        }

        Assert.All([rendered.Monitor.StartupProbe, rendered.Monitor.LivenessProbe, rendered.Monitor.ReadinessProbe], probe => Assert.Equal("monitor-metrics", probe.HttpGet.Port.Value));
        Assert.Equal(9465, rendered.Monitor.Ports.Single(port => port.Name == "monitor-metrics").ContainerPort);
        Assert.NotNull(rendered.Monitor.Resources.Limits["memory"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_names_something_names_what_is_there(string name)
    {
        var rendered = await chart.RenderAsync(Values.Least, Values.Matrix[name]);
        if (!rendered.All<V1Deployment>().Any()) return;
        var (deployment, service) = (rendered.One<V1Deployment>(), rendered.One<V1Service>());
        var labels = deployment.Spec.Template.Metadata.Labels;
        var ports = rendered.Monitor.Ports.Select(port => port.Name).ToHashSet();
        Assert.All(service.Spec.Ports, port => Assert.Contains(port.TargetPort.Value, ports));
        foreach (var selector in new[] { service.Spec.Selector, deployment.Spec.Selector.MatchLabels }
            .Concat(rendered.All<V1NetworkPolicy>().Select(policy => policy.Spec.PodSelector.MatchLabels))
            .Concat(rendered.All<V1PodDisruptionBudget>().Select(budget => budget.Spec.Selector.MatchLabels)))
        {
            Assert.All(selector, label => Assert.Equal(label.Value, labels[label.Key]));
        }

        Assert.All(rendered.All<V1NetworkPolicy>().SelectMany(policy => policy.Spec.Ingress).SelectMany(rule => rule.Ports), port => Assert.Contains(port.Port.Value, ports));
        var volumes = rendered.Pod.Volumes.Select(volume => volume.Name).ToHashSet();
        Assert.All(rendered.Monitor.VolumeMounts, mount => Assert.Contains(mount.Name, volumes));
        foreach (var monitor in rendered.Operated.Where(item => item.GetProperty("kind").GetString() == "ServiceMonitor"))
            Assert.Contains(monitor.GetProperty("spec").GetProperty("endpoints")[0].GetProperty("port").GetString(), service.Spec.Ports.Select(port => port.Name));
    }
}
