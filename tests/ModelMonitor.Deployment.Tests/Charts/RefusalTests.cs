namespace ModelMonitor.Deployment.Tests.Charts;

/// <summary>Values that cannot be are refused before anything reaches a cluster, each by the name of its place.</summary>
public sealed class RefusalTests(ChartFolder chart) : IClassFixture<ChartFolder>
{
    [Theory]
    // The shape, by values.schema.json.
    [InlineData("{ replica: 2 }", "at '': additional properties 'replica' not allowed")]
    [InlineData("{ image: { name: x } }", "at '/image': additional properties 'name' not allowed")]
    [InlineData("{ image: { repository: '' } }", "at '/image/repository': minLength: got 0, want 1")]
    [InlineData("{ replicas: many }", "at '/replicas': got string, want integer")]
    [InlineData("{ mode: daemonset }", "at '/mode': value must be one of 'deployment', 'sidecar'")]
    [InlineData("{ model: { path: models } }", "at '/model/path': 'models' does not match pattern")]
    [InlineData("{ model: { init: { command: [cp] } } }", "at '/model/init': missing property 'image'")]
    [InlineData("{ probes: { liveness: { periodSeconds: 0 } } }", "at '/probes/liveness/periodSeconds': minimum: got 0, want 1")]
    [InlineData("{ serviceMonitor: { interval: often } }", "at '/serviceMonitor/interval': 'often' does not match pattern")]
    [InlineData("{ jobTemplate: { kind: Pod, apiVersion: batch/v1, spec: {} } }", "at '/jobTemplate/kind': value must be 'Job'")]
    [InlineData("{ resources: { limits: { memory: much } } }", "at '/resources/limits/memory'")]
    [InlineData("{ sidecar: { http: everyone } }", "at '/sidecar/http': value must be one of 'loopback', 'pod'")]
    [InlineData("{ prometheusRule: { runbookBase: dashboards } }", "at '/prometheusRule/runbookBase': 'dashboards' does not match pattern")]
    [InlineData("{ prometheusRule: { runbookBase: 'https://git.example/README.md#alert' } }", "at '/prometheusRule/runbookBase'")]
    // monitor.yaml, by its own schema.
    [InlineData("{ config: { models: { churn: { task: binry } } } }", "at '/config/models/churn/task': value must be one of 'binary', 'multiclass', 'regression'")]
    [InlineData("{ config: { window: {} } }", "at '/config': additional properties 'window' not allowed")]
    // What goes together, by the templates.
    [InlineData("{ replicas: 2 }", "replicas: is 2, but one process alone writes the state on a claim")]
    [InlineData("{ replicas: 2, state: { existingClaim: a } }", "replicas: is 2, but one process alone writes the state on a claim")]
    [InlineData("{ existingConfigMap: mine }", "existingConfigMap: is set beside config; give one of them")]
    [InlineData("{ config: { listen: { http: '0.0.0.0:80' } } }", "config.listen: the chart writes it; use flight.enabled and url")]
    [InlineData("{ config: { state: ./state } }", "config.state: the chart writes it; use state")]
    [InlineData("{ model: { claim: a, image: b } }", "model: has claim and image; give one of them")]
    [InlineData("{ model: { podVolume: a } }", "model.podVolume: is for the mode sidecar")]
    [InlineData("{ state: { kind: external } }", "state.kind: external is for the mode sidecar")]
    [InlineData("{ state: { kind: emptyDir, existingClaim: a } }", "state.existingClaim: needs state.kind claim, which is emptyDir")]
    [InlineData("{ serviceMonitor: { enabled: true }, podMonitor: { enabled: true } }", "podMonitor.enabled: is on beside serviceMonitor")]
    [InlineData("{ mode: sidecar, replicas: 2 }", "replicas: is your Deployment's to say in the mode sidecar")]
    [InlineData("{ mode: sidecar, serviceMonitor: { enabled: true } }", "serviceMonitor.enabled: there is no Service in the mode sidecar; use podMonitor")]
    [InlineData("{ mode: sidecar, networkPolicy: { enabled: true } }", "networkPolicy.enabled: would be about your whole pod")]
    [InlineData("{ sidecar: { http: pod }, url: 'http://churn:9464' }", "sidecar.http: is for the mode sidecar")]
    [InlineData("{ mode: sidecar, sidecar: { http: pod } }", "url: is empty; sidecar.http pod needs the address at which call-backs reach the pod")]
    [InlineData("{ mode: sidecar, config: { actions: { again: { hook: kubernetes-job } } } }", "sidecar.http: is loopback, so no Job of config.actions.again reaches its call-back; set sidecar.http to pod, and url")]
    [InlineData("{ mode: sidecar, podDisruptionBudget: { enabled: true } }", "podDisruptionBudget.enabled: would be about your whole pod")]
    public async Task A_value_that_cannot_be_is_named(string values, string told)
    {
        var refused = await chart.TemplateAsync(Values.Least, values);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(told, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_faults_are_told_at_once()
    {
        var refused = await chart.TemplateAsync("{ replicas: 2, model: { claim: a, image: b } }");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.All(["\nconfig: is empty;", "\nreplicas: is 2,", "\nmodel: has claim and image"], told => Assert.Contains(told, refused.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_template_of_a_job_that_nothing_would_hold_is_refused()
    {
        const string Job = "{ existingConfigMap: mine, jobTemplate: { apiVersion: batch/v1, kind: Job, spec: {} } }";
        var refused = await chart.TemplateAsync(Job);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("jobTemplate: is set beside existingConfigMap, into which the chart writes nothing; give the manifest as its key retrain-job.yaml", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_that_were_not_packed_are_missed()
    {
        using var bare = new Bare(chart.Chart);
        var refused = await Tools.HelmAsync("template", "churn", bare.Folder, "--set", "existingConfigMap=a,prometheusRule.enabled=true,dashboards.enabled=true");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("prometheusRule.enabled: this chart was packed without rules; run its sync.sh", refused.Error, StringComparison.Ordinal);
        Assert.Contains("dashboards.enabled: this chart was packed without dashboards; run its sync.sh", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>A copy of the chart without rules and dashboards.</summary>
    private sealed class Bare : IDisposable
    {
        public Bare(string chart)
        {
            Folder = Directory.CreateTempSubdirectory("modelmonitor-bare-").FullName;
            Repository.Copy(chart, Folder);
            Directory.Delete(Path.Combine(Folder, "files"), recursive: true);
        }

        public string Folder { get; }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
