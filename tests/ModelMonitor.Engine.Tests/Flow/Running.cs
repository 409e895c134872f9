using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Panes;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>A monitor in memory on a clock that stands still until it is moved.</summary>
internal sealed class Running : IAsyncDisposable
{
    public Running(MonitoredModel? model = null, MonitorOptions? options = null, IStateStore? store = null, params IEnumerable<IEvaluationSink> sinks)
    {
        (Model, Options, Store) = (model ?? Given.Model, options ?? Given.Monitor(), store ?? new InMemoryStore());
        Catalog = new ModelCatalog([Model]);
        Writer = new StateWriter(Store, Clock, Counted, NullLogger<StateWriter>.Instance, Options.Ingest.MaxQueuedRows);
        Learning = new BaselineLearning(Catalog, Options, Store, Writer, Counted, NullLogger<BaselineLearning>.Instance, (path, text) => Kept[path] = text);
        Ingest = new IngestService(Writer, Options, Counted, Clock, Learning);
        Sinks = [.. sinks];
        Evaluations = new EvaluationService(Catalog, Options, Store, Writer, Sinks, Counted, Clock, NullLogger<EvaluationService>.Instance);
    }

    public MonitoredModel Model { get; }

    public MonitorOptions Options { get; }

    public IStateStore Store { get; }

    public ModelCatalog Catalog { get; }

    public FakeTimeProvider Clock { get; } = new(Given.Noon.AddHours(2));

    public Counts Counted { get; } = new();

    public StateWriter Writer { get; }

    public IngestService Ingest { get; }

    public BaselineLearning Learning { get; }

    /// <summary>Files that were written, by path.</summary>
    public Dictionary<string, string> Kept { get; } = [];

    /// <summary>The model as it serves now.</summary>
    public MonitoredModel Serving => Catalog.Find(Model.Name)!;

    public IReadOnlyList<IEvaluationSink> Sinks { get; }

    public EvaluationService Evaluations { get; }

    public async Task<IngestReply> Predict(params Row[] rows) => (await Ingest.PredictionsAsync(Serving, [Given.Batch(rows)], null))!.Value.Reply;

    public async Task<IngestReply> Tell(params Truth[] truths) => (await Ingest.LabelsAsync(Serving, [Given.Batch(truths)], null))!;

    /// <summary>The sums of a range as bytes, distinct scores included.</summary>
    public async Task<byte[]> State(DateTimeOffset from, DateTimeOffset to)
    {
        await using var reader = await Store.OpenSnapshotAsync(default);
        var state = await WindowReader.ReadAsync(reader, Serving.Series, new(Instant.From(from), Instant.From(to)), PaneState.Empty(Serving.Baseline.Hash, Serving.Baseline.Shape), default);
        return [.. state.WriteSums(), .. state.WriteDistinctScores()];
    }

    public async Task<Evaluation> Evaluate(DateTimeOffset from, DateTimeOffset to)
    {
        await using var reader = await Store.OpenSnapshotAsync(default);
        var range = new TimeRange(Instant.From(from), Instant.From(to));
        return await Evaluator.EvaluateAsync(reader, Model, "w", range, range, 1, default);
    }

    public async Task<string> Json(DateTimeOffset from, DateTimeOffset to) => EvaluationJson.Full(await Evaluate(from, to)).ToJsonString();

    public async Task Sum() => await Writer.SubmitAsync(new Summing());

    public async Task<IReadOnlyList<OutboxRecord>> Outbox()
    {
        await using var reader = await Store.OpenSnapshotAsync(default);
        return await reader.ReadOutboxAsync(null, null, 1000, default);
    }

    public async Task<IReadOnlyList<AuditRecord>> Audit()
    {
        await using var reader = await Store.OpenSnapshotAsync(default);
        return await reader.ReadAuditAsync(Model.Name, default);
    }

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        Evaluations.Dispose();
        Learning.Dispose();
    }

    private sealed class Summing : IWork
    {
        public int Rows => 0;

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            while (await DeltaSummer.SumAsync(scope.Transaction, cancellationToken)) { }
        }
    }
}

/// <summary>What the monitor counted about itself, by a text.</summary>
internal sealed class Counts : ITelemetry
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> _counts = new();

    public IReadOnlyDictionary<string, long> All => _counts;

    public long this[string key] => _counts.GetValueOrDefault(key);

    public void ModelDeclared(string model, string version, string role, string provider, string sha256) => Add("declared", 1);

    public void Gate(string model, string version, bool breached) => Add("gate", breached ? 1 : 0);

    public void WeightNorms(string model, string version, IEnumerable<(string Tensor, string Norm, double Value)> norms) => Add("norms", norms.Count());

    public void RowsReceived(string model, string stream, long rows) => Add("received " + stream, rows);

    public void RowsRejected(string model, string stream, string reason, long rows) => Add($"rejected {stream} {reason}", rows);

    public void Labels(string model, string outcome, long rows) => Add(outcome, rows);

    public void LabelDelay(string model, TimeSpan delay) => Add("delays", 1);

    public void Scored(string model, TimeSpan duration) => Add("scored", 1);

    public void ShadowFailed(string model, string version) => Add("shadow failed " + version, 1);

    public void Committed(TimeSpan duration) => Add("commits", 1);

    public void QueueRows(long rows) => Add("queue", 0);

    public void EvaluationSkipped(string model, string window, string reason) => Add("skipped " + reason, 1);

    public void EvaluationSucceeded(string model, string window, DateTimeOffset at) => Add("evaluated", 1);

    public void Action(string model, string rule, string action, string outcome) => Add("action " + outcome, 1);

    public void Reference(Baseline baseline) => Add("reference " + baseline.Version, 1);

    public void Outbox(string model, string action, int pending, int retrying)
    {
        _counts[$"pending {action}"] = pending;
        _counts[$"retrying {action}"] = retrying;
    }

    public void RetrainsOpen(string model, int open) => Add("open retrains", open);

    public void SinkFailed(string sink) => Add("sink " + sink, 1);

    private void Add(string key, long count) => _counts.AddOrUpdate(key, count, (_, sum) => sum + count);
}
