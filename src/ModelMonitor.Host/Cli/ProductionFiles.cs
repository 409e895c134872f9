using Apache.Arrow;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Files;

namespace ModelMonitor.Host.Cli;

/// <summary>Feeds files batch by batch and sums what became of their rows.</summary>
internal sealed class ProductionFiles(IReadOnlyList<string> files)
{
    private readonly SortedDictionary<string, long> _rejected = new(StringComparer.Ordinal);

    public long Rows { get; private set; }

    public long Unscored { get; private set; }

    /// <summary>Why the first of them; null where that is not known.</summary>
    public string? UnscoredBecause { get; private set; }

    /// <summary>Reason → rows that were not counted.</summary>
    public IReadOnlyDictionary<string, long> Rejected => _rejected;

    /// <exception cref="CliException">A batch cannot be used; names the file and the batch, counted from 1.</exception>
    public async Task FeedAsync(Func<RecordBatch, Task<IngestReply>> take, Action<double> advance, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            using var batches = DataFile.Open(file);
            for (var number = 1; batches.Next() is { } next; number++)
            {
                using var batch = next;
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    Add(await take(batch).ConfigureAwait(false));
                }
                catch (Exception e) when (e is IntakeException or ScoringException)
                {
                    throw new CliException($"{file}: batch {number}: {e.Message}");
                }

                advance(batch.Length);
            }
        }
    }

    /// <summary>Rows of all files; by a pass over those whose format does not say.</summary>
    public static long Count(IEnumerable<string> files)
    {
        long rows = 0;
        foreach (var file in files)
        {
            using var batches = DataFile.Open(file);
            if (batches.Rows is { } known)
            {
                rows += known;
                continue;
            }

            while (batches.Next() is { } batch)
            {
                rows += batch.Length;
                batch.Dispose();
            }
        }

        return rows;
    }

    private void Add(IngestReply reply)
    {
        Rows += reply.Rows;
        Unscored += reply.Unscored;
        UnscoredBecause ??= reply.UnscoredBecause;
        foreach (var (reason, rows) in reply.Rejected)
            if (rows > 0) _rejected[reason] = _rejected.GetValueOrDefault(reason) + rows;
    }
}
