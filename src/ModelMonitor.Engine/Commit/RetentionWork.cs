using Microsoft.Extensions.Logging;
using ModelMonitor.Core;
using ModelMonitor.Engine.Capture;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Commit;

/// <summary>Forgets what is older than its retention: panes by event time, the rest by the clock.</summary>
public sealed class RetentionWork(ModelCatalog catalog, MonitorOptions options, ITelemetry telemetry, ILogger logger) : IWork
{
    /// <summary>Rows deleted per model and run, so that ingest waits for milliseconds only; the next run goes on.</summary>
    private const int JoinRowsAtOnce = 20_000;

    private readonly List<(string Model, long Unlabelled, long Unmatched)> _expired = [];

    public int Rows => 0;

    public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _expired.Clear();
        var (transaction, now, retention) = (scope.Transaction, scope.Now, options.Retention);
        foreach (var model in catalog.Models)
        {
            if (await transaction.ReadMarkAsync("newest/" + model.Name, cancellationToken).ConfigureAwait(false) is { } newest)
            {
                await ForgetAsync(transaction, model.Name, Math.Min(newest, now), cancellationToken).ConfigureAwait(false);
                await CaptureWriter.ExpireAsync(transaction, model.Name, Math.Min(newest, now) - Instant.From(retention.Captured), cancellationToken).ConfigureAwait(false);
            }

            var (_, unlabelled, unmatched) = await transaction.ExpireJoinRowsAsync(model.Name, now - Instant.From(retention.WaitingPredictions), JoinRowsAtOnce, cancellationToken).ConfigureAwait(false);
            _expired.Add((model.Name, unlabelled, unmatched));
        }

        await transaction.ExpireDeliveriesAsync(now - Instant.From(retention.DeliveryKeys), cancellationToken).ConfigureAwait(false);
        await transaction.ExpireEvaluationsAsync(now - Instant.From(retention.Evaluations), cancellationToken).ConfigureAwait(false);
        await transaction.ExpireOutboxAsync(now - Instant.From(retention.Evaluations), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves each level's floor, and deletes what is below it.</summary>
    private async ValueTask ForgetAsync(IStateTransaction transaction, string model, long newest, CancellationToken cancellationToken)
    {
        var floors = await LevelFloors.ReadAsync(transaction, model, cancellationToken).ConfigureAwait(false);
        foreach (var level in DeltaSummer.Levels)
        {
            // Whole days at a time, so that what is left of a range begins where a day does. A floor never sinks: what is forgotten stays so.
            var floor = Math.Max(floors[level], Instant.Floor(newest - Instant.From(LevelRetention.Of(level, options)), Instant.Day));
            if (floor != floors[level]) await transaction.WriteMarkAsync(LevelFloors.MarkOf(model, level), floor, cancellationToken).ConfigureAwait(false);
            await transaction.DeleteStateAsync(model, level, floor, cancellationToken).ConfigureAwait(false);
            // Deltas too: summed later, they would come back.
            if (level == StateLevel.Day) await transaction.DeleteStateAsync(model, StateLevel.Delta, floor, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Counts what expired; to be called after the commit.</summary>
    public void Report()
    {
        foreach (var (model, unlabelled, unmatched) in _expired)
        {
            if (unlabelled + unmatched == 0) continue;
            telemetry.Labels(model, "expired", unmatched);
            telemetry.RowsRejected(model, Streams.Predictions, "expired_unlabelled", unlabelled);
            Log.JoinRowsExpired(logger, model, unlabelled, unmatched);
        }
    }
}
