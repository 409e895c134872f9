using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ModelMonitor.Core;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Commit;

/// <summary>The one writer: nothing else begins a transaction. Whatever queued while a commit ran is the next group; there is no timer.</summary>
public sealed class StateWriter : IAsyncDisposable
{
    /// <summary>Rows in one group, so that a commit stays short enough to answer.</summary>
    private const int GroupRows = 100_000;

    /// <summary>Deltas after which they are summed into panes, hours and days.</summary>
    private const int DeltasBeforeSumming = 512;

    private readonly Channel<Entry> _queue = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = false });
    private readonly IStateStore _store;
    private readonly TimeProvider _clock;
    private readonly ITelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly int _maxQueuedRows;
    private readonly Task _loop;
    private long _queuedRows;
    private int _deltas;

    /// <param name="maxQueuedRows">Rows that may wait; beyond it <see cref="TrySubmit"/> refuses.</param>
    public StateWriter(IStateStore store, TimeProvider clock, ITelemetry telemetry, ILogger<StateWriter> logger, int maxQueuedRows)
    {
        (_store, _clock, _telemetry, _logger, _maxQueuedRows) = (store, clock, telemetry, logger, maxQueuedRows);
        _loop = Task.Run(RunAsync);
    }

    public long QueuedRows => Interlocked.Read(ref _queuedRows);

    /// <summary>Queues work and returns the task that ends when it is committed; null where the queue is full: nothing was queued.</summary>
    /// <remarks>The task fails with what the work or the store threw; the work then had no effect, unless it was the commit that failed and no delivery key can say whether it happened.</remarks>
    public Task? TrySubmit(IWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var rows = Math.Max(work.Rows, 1);
        // A delivery larger than the whole queue is let in when it is alone: it could never enter otherwise.
        if (Interlocked.Add(ref _queuedRows, rows) > _maxQueuedRows && Interlocked.Read(ref _queuedRows) != rows)
        {
            Interlocked.Add(ref _queuedRows, -rows);
            return null;
        }

        var entry = new Entry(work, rows);
        if (!_queue.Writer.TryWrite(entry))
        {
            Interlocked.Add(ref _queuedRows, -rows);
            throw new ObjectDisposedException(nameof(StateWriter));
        }

        _telemetry.QueueRows(QueuedRows);
        return entry.Done.Task;
    }

    /// <summary>As <see cref="TrySubmit"/>, for the monitor's own work, which waits for nobody's patience.</summary>
    public Task SubmitAsync(IWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var entry = new Entry(work, 0);
        return _queue.Writer.TryWrite(entry) ? entry.Done.Task : throw new ObjectDisposedException(nameof(StateWriter));
    }

    /// <summary>Commits what is queued, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var group = new List<Entry>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            var rows = 0;
            while (rows < GroupRows && _queue.Reader.TryRead(out var entry))
            {
                group.Add(entry);
                rows += entry.Rows;
            }

            await CommitAsync(group).ConfigureAwait(false);
            Interlocked.Add(ref _queuedRows, -rows);
            _telemetry.QueueRows(QueuedRows);
            if (_deltas < DeltasBeforeSumming) continue;
            // Once after each group, so that deltas cannot pile up under load; all of them where nobody waits.
            do await SumDeltasAsync().ConfigureAwait(false);
            while (_deltas >= DeltasBeforeSumming && _queue.Reader.Count == 0);
        }
    }

    private async Task CommitAsync(List<Entry> group)
    {
        var (error, outcomeUnknown) = await TryCommitAsync(group).ConfigureAwait(false);
        bool? happened = error is null ? true : outcomeUnknown ? await WasCommittedAsync(group).ConfigureAwait(false) : false;
        if (happened == false && group.Count > 1)
        {
            // One of them spoils the group: each on its own, so that it spoils nobody else's.
            foreach (var entry in group) await CommitAsync([entry]).ConfigureAwait(false);
            return;
        }

        foreach (var entry in group)
        {
            if (happened == true) entry.Done.TrySetResult();
            else entry.Done.TrySetException(error!);
        }
    }

    private async Task<(Exception? Error, bool OutcomeUnknown)> TryCommitAsync(List<Entry> group)
    {
        var begun = _clock.GetTimestamp();
        var (committing, committed) = (false, false);
        try
        {
            var transaction = await _store.BeginAsync(CancellationToken.None).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var scope = new CommitScope(transaction, Instant.From(_clock.GetUtcNow()));
                foreach (var entry in group) await entry.Work.ApplyAsync(scope, CancellationToken.None).ConfigureAwait(false);
                await scope.AppendAsync(CancellationToken.None).ConfigureAwait(false);
                committing = true;
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                committed = true;
                _deltas += scope.Appended;
            }

            _telemetry.Committed(_clock.GetElapsedTime(begun));
            return (null, false);
        }
        catch (Exception e)
        {
            Log.CommitFailed(_logger, e, group.Count);
            return committed ? (null, false) : (e, committing);
        }
    }

    /// <summary>A commit that failed half-way may have happened: a delivery key that it wrote says so, for the whole group. Null: nobody can say, and nothing may be done twice.</summary>
    private async Task<bool?> WasCommittedAsync(List<Entry> group)
    {
        if (group.Select(e => e.Work.WrittenKey).FirstOrDefault(k => k is not null) is not { } key) return null;
        try
        {
            var reader = await _store.OpenSnapshotAsync(CancellationToken.None).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await reader.FindDeliveryAsync(key, CancellationToken.None).ConfigureAwait(false) is not null;
            }
        }
        catch (Exception e)
        {
            Log.OutcomeUnknown(_logger, e, key);
            return null;
        }
    }

    private async Task SumDeltasAsync()
    {
        try
        {
            var transaction = await _store.BeginAsync(CancellationToken.None).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var left = await DeltaSummer.SumAsync(transaction, CancellationToken.None).ConfigureAwait(false);
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                _deltas = left ? DeltasBeforeSumming : 0;
            }
        }
        catch (Exception e)
        {
            // The deltas are still there and still counted: only reading them is slower. Tried again after as many more.
            _deltas = 0;
            Log.SummingFailed(_logger, e);
        }
    }

    private sealed record Entry(IWork Work, int Rows)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
