using System.Text;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Capture;

/// <summary>Forgets captured rows: one prediction at somebody's wish, and exported files when their time is over.</summary>
public sealed class CaptureService(ModelCatalog catalog, MonitorOptions options, IStateStore store, StateWriter writer, TimeProvider clock)
{
    private static readonly string[] s_files = ["captured.json", "train.arrows", "tune.arrows", "wrong_label_candidates.arrows"];

    /// <summary>Takes a prediction out of the captured rows, and the files of all retrain requests of the model off the disk: an open request gets new ones when it is delivered again.</summary>
    /// <param name="id">As the data write it.</param>
    /// <param name="by">For the audit, which does not name the prediction.</param>
    /// <returns>Captured rows that went.</returns>
    public async Task<int> EraseAsync(string model, string id, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        var work = new Work(model, ColumnReader.HashId(Encoding.UTF8.GetBytes(id)), by);
        await writer.SubmitAsync(work).ConfigureAwait(false);
        if (work.Erased == 0) return 0;
        foreach (var request in await RequestsAsync(model, cancellationToken).ConfigureAwait(false)) DeleteFiles(request.Key);
        return work.Erased;
    }

    /// <summary>Deletes what lies in the folders of requests that are older than captured rows may be, and settled: what was trained is a version by then, with a file of its own.</summary>
    public async Task ExpireFilesAsync(CancellationToken cancellationToken)
    {
        var now = Core.Instant.From(clock.GetUtcNow());
        foreach (var model in catalog.Models)
        {
            foreach (var request in await RequestsAsync(model.Name, cancellationToken).ConfigureAwait(false))
                if (!request.IsOpen(now) && request.UpdatedAt < now - Core.Instant.From(options.Retention.Captured) && CaptureExport.FolderOf(options, request.Key) is var folder && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<IReadOnlyList<RetrainRequest>> RequestsAsync(string model, CancellationToken cancellationToken)
    {
        var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await RetrainRequests.ReadAsync(reader, model, int.MaxValue, cancellationToken).ConfigureAwait(false);
        }
    }

    private void DeleteFiles(string key)
    {
        var folder = CaptureExport.FolderOf(options, key);
        if (!Directory.Exists(folder)) return;
        foreach (var file in s_files) File.Delete(Path.Combine(folder, file));
    }

    private sealed class Work(string model, UInt128 id, string by) : IWork
    {
        public int Rows => 0;

        public int Erased { get; private set; }

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            Erased = await CaptureWriter.EraseAsync(scope.Transaction, model, id, cancellationToken).ConfigureAwait(false);
            if (Erased > 0) await scope.Transaction.AddAuditAsync(new(scope.Now, model, by, "a captured prediction was erased", $"{Erased} rows"), cancellationToken).ConfigureAwait(false);
        }
    }
}
