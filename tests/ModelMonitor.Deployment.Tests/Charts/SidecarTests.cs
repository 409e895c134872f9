using k8s.Models;
using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Deployment.Tests.Charts;

/// <summary>The monitor beside a model server: tests/helm/example, which depends on the chart and includes its templates.</summary>
public sealed class SidecarTests(ChartFolder chart) : IClassFixture<ChartFolder>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => (await Tools.HelmAsync("dependency", "build", chart.Example)).Sound();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<Command> TemplateAsync(params string[] sets) => Tools.HelmAsync(["template", "shop", chart.Example, "--namespace", "ml", .. sets.SelectMany(set => new[] { "--set", set })]);

    [Fact]
    public async Task A_pod_of_ones_own_takes_the_monitor_in()
    {
        (await Tools.HelmAsync("lint", "--strict", chart.Example)).Sound();
        var rendered = new Rendered((await TemplateAsync()).Sound());
        Assert.Equal(["server", "modelmonitor"], rendered.Pod.Containers.Select(container => container.Name));
        // Port names are unique in a pod, and everything that is mounted is there.
        var ports = rendered.Pod.Containers.SelectMany(container => container.Ports).Select(port => port.Name).ToList();
        Assert.Equal(ports.Distinct(), ports);
        var volumes = rendered.Pod.Volumes.Select(volume => volume.Name).ToList();
        Assert.Equal(volumes.Distinct(), volumes);
        Assert.All(rendered.Pod.Containers.SelectMany(container => container.VolumeMounts), mount => Assert.Contains(mount.Name, volumes));
        Assert.Equal(rendered.One<V1ConfigMap>().Metadata.Name, rendered.Pod.Volumes.Single(volume => volume.Name == "modelmonitor-config").ConfigMap.Name);
        Assert.Empty(rendered.All<V1Service>());
        Assert.NotNull(rendered.Pod.Volumes.Single(volume => volume.Name == "modelmonitor-state").EmptyDir);
    }

    [Fact]
    public async Task It_hears_its_own_pod_alone_and_prometheus_finds_it()
    {
        var rendered = new Rendered((await TemplateAsync("modelmonitor.flight.enabled=true")).Sound());
        var (options, faults) = MonitorConfiguration.Parse(rendered.MonitorYaml, "monitor.yaml", new Dictionary<string, string>(), checkFiles: false);
        Assert.Empty(faults);
        Assert.Equal(("127.0.0.1:9464", "127.0.0.1:8815", "*:9465"), (options!.ListenHttp, options.ListenFlight, options.ListenMetrics));
        var monitor = rendered.OneOperated("PodMonitor").GetProperty("spec");
        Assert.Contains(monitor.GetProperty("podMetricsEndpoints")[0].GetProperty("port").GetString(), rendered.Monitor.Ports.Select(port => port.Name));
        Assert.All(monitor.GetProperty("selector").GetProperty("matchLabels").EnumerateObject(), label => Assert.Equal(label.Value.GetString(), rendered.One<V1Deployment>().Spec.Template.Metadata.Labels[label.Name]));
    }

    [Fact]
    public async Task A_guest_does_not_take_its_host_out_of_service()
    {
        // A startup probe that has not succeeded makes a pod unready as a readiness probe does.
        var guest = new Rendered((await TemplateAsync()).Sound()).Monitor;
        Assert.Null(guest.StartupProbe);
        Assert.Null(guest.ReadinessProbe);
        var part = new Rendered((await TemplateAsync("modelmonitor.sidecar.readiness=true")).Sound()).Monitor;
        Assert.NotNull(part.StartupProbe);
        Assert.NotNull(part.ReadinessProbe);
        // What makes a baseline is given the same time either way, and is not ended in the midst of it.
        Assert.Equal(part.StartupProbe.PeriodSeconds * part.StartupProbe.FailureThreshold, guest.LivenessProbe.InitialDelaySeconds);
        Assert.Null(part.LivenessProbe.InitialDelaySeconds);
        var slow = new Rendered((await TemplateAsync("modelmonitor.probes.startup.failureThreshold=360", "modelmonitor.probes.startup.initialDelaySeconds=7")).Sound()).Monitor;
        Assert.Equal(1807, slow.LivenessProbe.InitialDelaySeconds);
        foreach (var own in new[] { 0, 30 })
            Assert.Equal(own, new Rendered((await TemplateAsync($"modelmonitor.probes.liveness.initialDelaySeconds={own}")).Sound()).Monitor.LivenessProbe.InitialDelaySeconds);
    }

    [Fact]
    public async Task Call_backs_from_outside_reach_it_where_that_is_asked_for()
    {
        var closed = new Rendered((await TemplateAsync("modelmonitor.flight.enabled=true")).Sound());
        Assert.Equal(["monitor-metrics"], closed.Monitor.Ports.Select(port => port.Name));
        var open = new Rendered((await TemplateAsync("modelmonitor.flight.enabled=true", "modelmonitor.sidecar.http=pod", "modelmonitor.url=http://shop-monitor.ml.svc:9464", "modelmonitor.config.actions.retrain.hook=kubernetes-job")).Sound());
        Assert.Equal(9464, open.Monitor.Ports.Single(port => port.Name == "monitor-http").ContainerPort);
        Assert.Equal(2, open.Monitor.Ports.Count);
        var (options, _) = MonitorConfiguration.Parse(open.MonitorYaml, "monitor.yaml", new Dictionary<string, string>(), checkFiles: false);
        Assert.Equal(("*:9464", "127.0.0.1:8815", new Uri("http://shop-monitor.ml.svc:9464/")), (options!.ListenHttp, options.ListenFlight, options.PublicUrl));
        // One of several replicas names itself, as the README says.
        var (itself, faults) = MonitorConfiguration.Parse(open.MonitorYaml, "monitor.yaml", new Dictionary<string, string> { ["MODELMONITOR__LISTEN__URL"] = "http://10.0.0.7:9464" }, checkFiles: false);
        Assert.Empty(faults);
        Assert.Equal(new Uri("http://10.0.0.7:9464/"), itself!.PublicUrl);
        // In a ConfigMap of one's own stands listen.url.
        (await chart.TemplateAsync("{ mode: sidecar, sidecar: { http: pod }, existingConfigMap: mine }")).Sound();
    }

    [Fact]
    public async Task Files_are_copied_before_it_starts_where_that_is_asked_for()
    {
        var rendered = new Rendered((await TemplateAsync("modelmonitor.model.podVolume=", "modelmonitor.model.init.image=registry.example/churn-model:7")).Sound());
        Assert.Equal("registry.example/churn-model:7", Assert.Single(rendered.Pod.InitContainers).Image);
        Assert.Null(new Rendered((await TemplateAsync()).Sound()).Pod.InitContainers);
    }

    [Fact]
    public async Task A_mode_that_makes_a_second_monitor_is_refused()
    {
        var refused = await TemplateAsync("modelmonitor.mode=deployment", "modelmonitor.model.podVolume=");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("mode: is deployment; your values must say `modelmonitor: { mode: sidecar }`", refused.Error, StringComparison.Ordinal);
    }
}
