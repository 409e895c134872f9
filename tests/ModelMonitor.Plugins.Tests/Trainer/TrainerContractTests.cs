using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Engine.Tests.Contracts;
using ModelMonitor.Host.Files;
using ModelMonitor.Trainer;

namespace ModelMonitor.Plugins.Tests.Trainer;

/// <summary>The trainer keeps to the contract of hooks; what it did once is the file that it left.</summary>
public sealed class TrainerContractTests : RetrainHookContract, IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("modelmonitor-test-");
    private readonly TrainerHook _hook;

    public TrainerContractTests() => _hook = new(new MonitorOptions { StateFolder = _state.FullName, Models = [], Windows = [], Rules = [] }, new DataFiles(), TimeProvider.System, NullLogger<TrainerHook>.Instance);

    protected override IRetrainHook Hook => new Filled(_hook);

    protected override ActionOptions Sound => Of("epochs", "2");

    protected override ActionOptions Lacking => Of("hidden", "many " + Secret[..0]);

    protected override ActionOptions Broken => Of("learning_rate", "9.9") with { Options = new Dictionary<string, string> { ["learning_rate"] = "9.9", ["optimizer"] = "sgd", ["hidden"] = "16,16", ["resamples"] = "2", ["epochs"] = "200" } };

    protected override ActionOptions Endless => Sound with { Options = new Dictionary<string, string> { ["epochs"] = "10000", ["resamples"] = "100" } };

    protected override bool BrokenMayHeal => false;

    public void Dispose()
    {
        _hook.Dispose();
        _state.Delete(recursive: true);
    }

    protected override Task<int> ActedAsync(string key) => Task.FromResult(Directory.GetFiles(Path.Combine(_state.FullName, "retrain", key), "model.onnx").Length);

    private static ActionOptions Of(string key, string value) => new() { Name = "retrain", Hook = "trainer", Options = new Dictionary<string, string> { [key] = value, ["resamples"] = "2" } };

    /// <summary>The contract's messages are empty; the trainer needs a request.</summary>
    private sealed class Filled(TrainerHook inner) : IRetrainHook
    {
        private static readonly Lazy<string> s_request = new(() => Requests.Message(Requests.Load(Requests.Model("chicago", "chicago_overfit")), "k"));

        public string Name => inner.Name;

        public IReadOnlyList<string> Check(ActionOptions action) => inner.Check(action);

        public ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken) =>
            inner.DeliverAsync(message with { Payload = s_request.Value }, action, cancellationToken);
    }
}
