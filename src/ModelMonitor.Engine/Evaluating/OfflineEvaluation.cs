using Apache.Arrow;
using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Evaluating;

/// <summary>`evaluate` over files: the live path (ingest, join, fold, merge, evaluate) over an in-memory store.</summary>
public sealed class OfflineEvaluation : IAsyncDisposable
{
    private readonly InMemoryStore _store = new();
    private readonly StateWriter _writer;
    private readonly IngestService _ingest;
    private readonly MonitoredModel _model;
    private readonly MonitorOptions _options;

    public OfflineEvaluation(MonitoredModel model, MonitorOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        _model = model;
        // History is history: nothing is too old, and nothing in the future.
        _options = options with { Retention = options.Retention with { Panes = TimeSpan.FromDays(1_000_000) } };
        _writer = new StateWriter(_store, EndOfTime.Clock, NoTelemetry.Instance, NullLogger<StateWriter>.Instance, int.MaxValue);
        _ingest = new IngestService(_writer, _options, NoTelemetry.Instance, EndOfTime.Clock);
    }

    /// <exception cref="Intake.IntakeException">The batch does not fit.</exception>
    public async Task<IngestReply> PredictionsAsync(RecordBatch batch) => (await _ingest.PredictionsAsync(_model, [batch], null).ConfigureAwait(false))!.Value.Reply;

    /// <exception cref="Intake.IntakeException">The batch does not fit.</exception>
    public async Task<IngestReply> LabelsAsync(RecordBatch batch) => (await _ingest.LabelsAsync(_model, [batch], null).ConfigureAwait(false))!;

    /// <returns>Null where there are no rows.</returns>
    public async Task<Report?> ReportAsync(CalendarWindows calendar, CancellationToken cancellationToken)
    {
        var reader = await _store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await ReportBuilder.BuildAsync(reader, _model, calendar, _options.Rules, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the state that was folded, for whoever shows more than the report says.</summary>
    public async Task<T> ReadAsync<T>(Func<IStateReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        var reader = await _store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await read(reader, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A clock that stands behind everything the files may hold.</summary>
    private sealed class EndOfTime : TimeProvider
    {
        public static readonly EndOfTime Clock = new();

        public override DateTimeOffset GetUtcNow() => new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
