using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Tests.Contracts;
using ModelMonitor.Host.Actions;

namespace ModelMonitor.Host.Tests.Actions;

/// <summary>The webhook keeps to the contract of hooks; its receiver takes each key once.</summary>
public sealed class WebhookContractTests : RetrainHookContract, IAsyncLifetime
{
    private readonly ServiceProvider _services = new ServiceCollection().AddWebhook(new WebhookOptions { Retries = 0 }).BuildServiceProvider();
    private Receiver _receiver = null!;
    private Receiver _silent = null!;
    private Receiver _failing = null!;

    protected override IRetrainHook Hook => _services.GetServices<IRetrainHook>().Single();

    protected override ActionOptions Sound => new() { Name = "retrain", Hook = "webhook", Url = _receiver.Url, Secret = Secret };

    protected override ActionOptions Lacking => new() { Name = "retrain", Hook = "webhook" };

    protected override ActionOptions Broken => Sound with { Url = new UriBuilder(_failing.Url) { UserName = "me", Password = Secret }.Uri };

    protected override ActionOptions Endless => Sound with { Url = _silent.Url };

    protected override bool BrokenMayHeal => true;

    public async ValueTask InitializeAsync() => (_receiver, _silent, _failing) = (await Receiver.StartAsync(Receiver.Answer(202)), await Receiver.StartAsync(Receiver.NeverAsync), await Receiver.StartAsync(Receiver.Answer(503)));

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _silent.DisposeAsync();
        await _failing.DisposeAsync();
        await _services.DisposeAsync();
    }

    protected override Task<int> ActedAsync(string key) => Task.FromResult(_receiver.Requests.Where(r => r.Key == key).DistinctBy(r => r.Key).Count());
}

/// <summary>So does the command; its program leaves a mark per key.</summary>
public sealed class CommandContractTests : RetrainHookContract, IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("modelmonitor-test-");

    protected override IRetrainHook Hook => new CommandHook(new MonitorOptions { StateFolder = _state.FullName, Models = [], Windows = [], Rules = [], AllowCommands = true }, TimeProvider.System);

    protected override ActionOptions Sound => Of("[ -e done ] || echo acted >> done");

    protected override ActionOptions Lacking => new() { Name = "retrain", Hook = "command" };

    protected override ActionOptions Broken => Of("echo 'no such table' >&2; exit 3");

    protected override ActionOptions Endless => Of("sleep 600");

    protected override bool BrokenMayHeal => false;

    public void Dispose() => _state.Delete(recursive: true);

    protected override async Task<int> ActedAsync(string key) => (await File.ReadAllLinesAsync(Path.Combine(_state.FullName, "retrain", key, "done"), TestContext.Current.CancellationToken)).Length;

    private static ActionOptions Of(string script) => new() { Name = "retrain", Hook = "command", Command = ["/bin/sh", "-c", script], Options = new Dictionary<string, string> { ["token"] = Secret } };
}
