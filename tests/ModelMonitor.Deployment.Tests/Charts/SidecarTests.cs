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
        Assert.Null(new Rendered((await TemplateAsync()).Sound()).Monitor.ReadinessProbe);
        Assert.NotNull(new Rendered((await TemplateAsync("modelmonitor.sidecar.readiness=true")).Sound()).Monitor.ReadinessProbe);
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
