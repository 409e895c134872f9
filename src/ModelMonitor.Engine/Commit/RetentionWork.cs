using Microsoft.Extensions.Logging;
using ModelMonitor.Core;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Commit;

/// <summary>Forgets what is older than its retention: panes by event time, the rest by the clock.</summary>
public sealed class RetentionWork(ModelCatalog catalog, MonitorOptions options, ITelemetry telemetry, ILogger logger) : IWork
{
    /// <summary>Rows deleted per model and run, so that ingest waits for milliseconds only; the next run goes on.</summary>
    private const int JoinRowsAtOnce = 20_000;

    /// <summary>Deltas too: summed later, they would come back.</summary>
    private static readonly StateLevel[] Levels = [StateLevel.Delta, .. DeltaSummer.Levels];

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
                // A whole day at a time: a day's sum may not lose its panes while a window may still ask for them.
                var before = Instant.Floor(Math.Min(newest, now) - Instant.From(retention.Panes), Instant.Day);
                foreach (var level in Levels) await transaction.DeleteStateAsync(model.Name, level, before, cancellationToken).ConfigureAwait(false);
            }

            var (_, unlabelled, unmatched) = await transaction.ExpireJoinRowsAsync(model.Name, now - Instant.From(retention.WaitingPredictions), JoinRowsAtOnce, cancellationToken).ConfigureAwait(false);
            _expired.Add((model.Name, unlabelled, unmatched));
        }

        await transaction.ExpireDeliveriesAsync(now - Instant.From(retention.DeliveryKeys), cancellationToken).ConfigureAwait(false);
        await transaction.ExpireEvaluationsAsync(now - Instant.From(retention.Evaluations), cancellationToken).ConfigureAwait(false);
        await transaction.ExpireOutboxAsync(now - Instant.From(retention.Evaluations), cancellationToken).ConfigureAwait(false);
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
