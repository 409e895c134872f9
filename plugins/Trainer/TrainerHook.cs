using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Trainer.Data;
using ModelMonitor.Trainer.Sweeps;

namespace ModelMonitor.Trainer;

/// <summary>Answers a retrain request by training, here and now.</summary>
/// <remarks>
/// It reads the request and the files that it names, and nothing of the monitor's state. A request has a folder of its own, `retrain/KEY` in the state folder: `progress.json` while
/// it runs, then `report.json`, `sweep.svg` and, written last, `model.onnx`: a request that was answered before is answered by that file.
/// </remarks>
public sealed partial class TrainerHook(MonitorOptions monitor, IDataFiles files, TimeProvider clock, ILogger<TrainerHook> logger) : IRetrainHook, IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    public string Name => "trainer";

    public void Dispose() => _one.Dispose();

    public IReadOnlyList<string> Check(ActionOptions action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var faults = new List<string>();
        TrainerOptions.Of(action.Options, faults);
        return faults;
    }

    public async ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(action);
        using var limit = new CancellationTokenSource(action.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var faults = new List<string>();
            var options = TrainerOptions.Of(action.Options, faults);
            if (faults.Count > 0) return HookOutcome.Never(faults[0]);
            // One at a time: it uses every core that it may.
            await _one.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                return await Task.Run(() => Train(message, options, either.Token), either.Token).ConfigureAwait(false);
            }
            finally
            {
                _one.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HookOutcome.Never("the training took longer than its timeout");
        }
        catch (TrainingException e)
        {
            return HookOutcome.Never(e.Message.ReplaceLineEndings(" "));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HookOutcome.Later(e.Message.ReplaceLineEndings(" "));
        }
    }

    private HookOutcome Train(OutboxRecord message, TrainerOptions options, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(monitor.StateFolder, "retrain", message.Key);
        var (onnx, report) = (Path.Combine(folder, "model.onnx"), Path.Combine(folder, "report.json"));
        if (File.Exists(onnx)) return HookOutcome.Trained(new(onnx, null, File.ReadAllText(report)));
        var task = TrainingTask.Parse(message.Payload);
        Directory.CreateDirectory(folder);
        Begun(logger, message.Model, task.Version);
        var told = clock.GetTimestamp();
        var trained = TrainingRun.Run(task, files, options, Progress, cancellationToken);
        Write(report, trained.Report.ToJsonString());
        Write(Path.Combine(folder, "sweep.svg"), SweepReport.Plot(trained.Sweep));
        File.Delete(Path.Combine(folder, "progress.json"));
        File.WriteAllBytes(onnx + ".new", trained.Onnx);
        File.Move(onnx + ".new", onnx, overwrite: true);
        Ended(logger, message.Model, trained.Sweep.Why);
        return HookOutcome.Trained(new(onnx, null, trained.Report.ToJsonString()));

        void Progress(double part, string doing)
        {
            lock (logger)
            {
                // Once a second is enough for whoever looks.
                if (part > 0 && part < 0.85 && clock.GetElapsedTime(told) < TimeSpan.FromSeconds(1)) return;
                told = clock.GetTimestamp();
                Write(Path.Combine(folder, "progress.json"), new JsonObject { ["part"] = part, ["doing"] = doing }.ToJsonString());
            }
        }
    }

    /// <summary>Whole or not at all.</summary>
    private static void Write(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    [LoggerMessage(1, LogLevel.Information, "Training begins: another version of model {Model}, in place of {Version}")]
    private static partial void Begun(ILogger logger, string model, string version);

    [LoggerMessage(2, LogLevel.Information, "Training of model {Model} ended. {Why}")]
    private static partial void Ended(ILogger logger, string model, string why);
}
