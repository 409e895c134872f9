using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Tests.Contracts;
using ModelMonitor.KubernetesJob;

namespace ModelMonitor.Plugins.Tests.KubernetesJob;

public sealed class KubernetesJobTests : RetrainHookContract, IAsyncLifetime
{
    private const string Manifest = """
        apiVersion: batch/v1
        kind: Job
        metadata: { namespace: ml, labels: { team: fraud } }
        spec:
          backoffLimit: 0
          template:
            spec:
              restartPolicy: Never
              containers:
                - { name: train, image: "registry.example/train:1", env: [ { name: MODE, value: fast } ] }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-test-");
    private ClusterStandIn _cluster = null!;
    private ClusterStandIn _failing = null!;
    private ClusterStandIn _running = null!;

    protected override IRetrainHook Hook => new KubernetesJobHook(TimeProvider.System);

    protected override ActionOptions Sound => Of(_cluster);

    protected override ActionOptions Lacking => new() { Name = "retrain", Hook = "kubernetes-job", Options = new Dictionary<string, string> { ["server"] = _cluster.Url.ToString() } };

    protected override ActionOptions Broken => Of(_failing);

    protected override ActionOptions Endless => Of(_running);

    protected override bool BrokenMayHeal => true;

    private string Template => Path.Combine(_folder.FullName, "job.yaml");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Template, Manifest, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "token"), Secret + "\n", TestContext.Current.CancellationToken);
        (_cluster, _failing, _running) = (await ClusterStandIn.StartAsync(), await ClusterStandIn.StartAsync(), await ClusterStandIn.StartAsync());
        (_failing.Status, _running.Condition) = (503, _ => null);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in new[] { _cluster, _failing, _running }) await cluster.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected override Task<int> ActedAsync(string key) => Task.FromResult(_cluster.Jobs.Count(job => (string)job.Value["metadata"]!["annotations"]!["modelmonitor/key"]! == key));

    [Fact]
    public async Task The_Job_is_the_template_with_the_request_in_its_environment()
    {
        const string payload = """{"specversion":"1.0","data":{"callback":{"url":"http://monitor/v1/models/m/versions?request=k"}}}""";
        var outcome = await Hook.DeliverAsync(Message("0123456789abcdef0123456789abcdef") with { Model = "Fraud.Cards_EU", Payload = payload }, Sound, TestContext.Current.CancellationToken);
        Assert.True(outcome.Accepted, outcome.Error);
        var (place, job) = Assert.Single(_cluster.Jobs);
        Assert.Equal("ml/retrain-fraud-cards-eu-0123456789abcdef0123", place);
        Assert.Equal(("fraud", "modelmonitor", "Fraud.Cards_EU"), ((string)job["metadata"]!["labels"]!["team"]!, (string)job["metadata"]!["labels"]!["app.kubernetes.io/managed-by"]!, (string)job["metadata"]!["annotations"]!["modelmonitor/model"]!));
        var environment = job["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().ToDictionary(e => (string)e!["name"]!, e => (string)e!["value"]!);
        Assert.Equal(["MODE", "MODELMONITOR_CALLBACK", "MODELMONITOR_KEY", "MODELMONITOR_REQUEST"], environment.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((payload, "http://monitor/v1/models/m/versions?request=k"), (environment["MODELMONITOR_REQUEST"], environment["MODELMONITOR_CALLBACK"]));
        Assert.Equal("Bearer " + Secret, Assert.Single(_cluster.Tokens));
    }

    [Fact]
    public async Task A_Job_that_fails_is_final_and_says_why()
    {
        _cluster.Condition = _ => ("Failed", "BackoffLimitExceeded", "Job has reached\nthe specified backoff limit");
        var outcome = await Hook.DeliverAsync(Message("k"), Sound, TestContext.Current.CancellationToken);
        Assert.Equal(new HookOutcome(false, false, "the Job retrain-flights-k failed: BackoffLimitExceeded: Job has reached the specified backoff limit"), outcome);
    }

    /// <summary>A Job that was created by a monitor which died is found, not made again.</summary>
    [Fact]
    public async Task A_Job_that_is_there_already_is_followed()
    {
        _running.Jobs.TryAdd("ml/retrain-flights-k", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "retrain-flights-k" } });
        var clock = new FakeTimeProvider();
        var delivery = new KubernetesJobHook(clock).DeliverAsync(Message("k"), Of(_running), TestContext.Current.CancellationToken).AsTask();
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(delivery.IsCompleted);
        _running.Condition = _ => ("Complete", "", "");
        await Advance(clock, delivery, TimeSpan.FromSeconds(2));
        Assert.Equal(HookOutcome.Delivered, await delivery);
        Assert.Single(_running.Jobs);
    }

    [Fact]
    public async Task A_Job_that_outlives_its_timeout_is_deleted()
    {
        var clock = new FakeTimeProvider();
        var delivery = new KubernetesJobHook(clock).DeliverAsync(Message("k"), Of(_running) with { Timeout = TimeSpan.FromHours(1) }, TestContext.Current.CancellationToken).AsTask();
        await Advance(clock, delivery, TimeSpan.FromMinutes(20));
        Assert.Equal("the Job retrain-flights-k took longer than its timeout and was deleted", (await delivery).Error);
        Assert.Equal(["ml/retrain-flights-k"], _running.Deleted);
    }

    [Theory]
    [InlineData("kind: Pod\nspec: {}", "is no Job with a container")]
    [InlineData("kind: Job\nspec: { template: { spec: { containers: [] } } }", "is no Job with a container")]
    [InlineData("kind: [", "job.yaml: ")]
    public async Task A_template_that_is_no_Job_is_told_at_start(string manifest, string told)
    {
        await File.WriteAllTextAsync(Template, manifest, TestContext.Current.CancellationToken);
        Assert.Contains(told, Assert.Single(Hook.Check(Sound)), StringComparison.Ordinal);
        var outcome = await Hook.DeliverAsync(Message("k"), Sound, TestContext.Current.CancellationToken);
        Assert.Contains(told, outcome.Error, StringComparison.Ordinal);
        Assert.False(outcome.Retry);
    }

    [Fact]
    public void Options_that_cannot_be_are_told_each()
    {
        var action = new ActionOptions { Name = "retrain", Hook = "kubernetes-job", Options = new Dictionary<string, string> { ["template"] = "/no/such", ["token_file"] = "/no/token", ["server"] = "kube", ["image"] = "x" } };
        Assert.Equal(4, Hook.Check(action).Count);
        Assert.Contains("required outside of a cluster", Assert.Single(Hook.Check(action with { Options = new Dictionary<string, string> { ["template"] = Template } })), StringComparison.Ordinal);
    }

    private static async Task Advance(FakeTimeProvider clock, Task until, TimeSpan step)
    {
        for (var i = 0; i < 400 && !until.IsCompleted; i++)
        {
            clock.Advance(step);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private ActionOptions Of(ClusterStandIn cluster) => new()
    {
        Name = "retrain",
        Hook = "kubernetes-job",
        Options = new Dictionary<string, string> { ["template"] = Template, ["server"] = cluster.Url.ToString(), ["token_file"] = Path.Combine(_folder.FullName, "token") },
    };
}
