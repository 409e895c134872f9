using System.Text;
using Microsoft.Extensions.Logging;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Learning;

/// <summary>Ends the learning of a model when its time has come: the baseline is committed, its file written, the model swapped.</summary>
/// <param name="keep">Writes a baseline's text to a path, whole or not at all.</param>
public sealed class BaselineLearning(ModelCatalog catalog, MonitorOptions options, IStateStore store, StateWriter writer, ITelemetry telemetry, ILogger<BaselineLearning> logger, Action<string, string> keep) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Called after a commit of a learning model's rows. Never throws: the rows are safe, and the next delivery tries again.</summary>
    public async Task TryAsync(MonitoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            if (catalog.Find(model.Name) is not { Learning: not null } learning) return;
            var (marks, _) = await ReadAsync(learning).ConfigureAwait(false);
            telemetry.Learning(model.Name, marks.Progress(learning.Learning.Period));
            if (!marks.IsDue(learning.Learning.Period, options.Lateness)) return;
            var work = new LearnWork(learning, options);
            await writer.SubmitAsync(work).ConfigureAwait(false);
            if (work.Baseline is { } baseline) Serve(learning, baseline);
        }
        catch (Exception e)
        {
            Log.NotLearned(logger, e, model.Name);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>After a start: a baseline that was committed, but whose file was not written any more, is taken from the store.</summary>
    public async Task RestoreAsync()
    {
        foreach (var model in catalog.Models.Where(m => m.Learning is not null))
        {
            var (marks, text) = await ReadAsync(model).ConfigureAwait(false);
            if (text is not null) Serve(model, BaselineJson.Read(text));
            else Log.Learning(logger, model.Name, marks.Describe(model.Learning!.Period), marks.Seen);
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<(LearningMarks Marks, string? Baseline)> ReadAsync(MonitoredModel model)
    {
        var reader = await store.OpenSnapshotAsync(CancellationToken.None).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var text = await LearningMarks.IsLearnedAsync(reader, model, CancellationToken.None).ConfigureAwait(false)
                ? Encoding.UTF8.GetString((await reader.ReadLearningAsync(model.Name, model.Baseline.Version, CancellationToken.None).ConfigureAwait(false)).Single().Span) : null;
            return (await LearningMarks.ReadAsync(reader, model, CancellationToken.None).ConfigureAwait(false), text);
        }
    }

    private void Serve(MonitoredModel model, Baseline baseline)
    {
        try
        {
            if (model.BaselineFile is { } file) keep(file, BaselineJson.Write(baseline));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The store has it: the next start writes the file.
            Log.BaselineNotWritten(logger, e, model.Name);
        }

        var serving = model.With(baseline);
        catalog.Replace(serving);
        telemetry.Learning(model.Name, 1);
        Log.Learned(logger, model.Name, baseline.ReferenceRows, baseline.Labels.Rows, baseline.Hash);
        model.Learning!.Complete(serving);
    }
}
