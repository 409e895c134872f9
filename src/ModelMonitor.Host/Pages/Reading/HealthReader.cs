using ModelMonitor.Engine;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Export;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>How the monitor itself is doing.</summary>
/// <param name="Readings">Null where counters are kept elsewhere.</param>
/// <param name="Pending">Messages that wait, oldest last; at most so many as are shown.</param>
/// <param name="Failed">Messages that were given up.</param>
/// <param name="Evaluated">Each model's windows with the end of the newest evaluation; null: none.</param>
public sealed record HealthView(
    MonitorOptions Options,
    IReadOnlyList<MonitoredModel> Models,
    long QueuedRows,
    TelemetryReadings? Readings,
    IReadOnlyList<OutboxRecord> Pending,
    IReadOnlyList<OutboxRecord> Failed,
    IReadOnlyList<(MonitoredModel Model, WindowOptions Window, long? End)> Evaluated)
{
    /// <summary>Rows that may wait before senders are told to slow down.</summary>
    public long MaxQueuedRows => Options.Ingest.MaxQueuedRows;
}

/// <summary>Reads it: the store's part out of one snapshot.</summary>
internal static class HealthReader
{
    public const int MostMessages = 50;

    public static async ValueTask<HealthView> ReadAsync(IStateReader reader, ModelCatalog catalog, MonitorOptions options, StateWriter writer, ITelemetry telemetry, CancellationToken cancellationToken)
    {
        var evaluated = new List<(MonitoredModel, WindowOptions, long?)>();
        foreach (var model in catalog.Models)
        {
            foreach (var window in options.Windows)
            {
                var found = await reader.ReadEvaluationsAsync(new EvaluationSeries(model.Name, model.Baseline.Version, window.Name, ""), long.MinValue, long.MaxValue, 1, cancellationToken).ConfigureAwait(false);
                evaluated.Add((model, window, found.Count == 0 ? null : found[0].End));
            }
        }

        return new(
            options, catalog.Models, writer.QueuedRows, (telemetry as PrometheusTelemetry)?.Read(),
            await reader.ReadOutboxAsync(null, OutboxStatus.Pending, MostMessages, cancellationToken).ConfigureAwait(false),
            await reader.ReadOutboxAsync(null, OutboxStatus.Failed, MostMessages, cancellationToken).ConfigureAwait(false),
            evaluated);
    }
}
