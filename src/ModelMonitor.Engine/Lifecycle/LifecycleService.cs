using Microsoft.Extensions.Logging;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Moves what is under way by one step: requests that are over are given up, models that were trained become challengers.</summary>
/// <remarks>Each step reads what is committed and commits what follows, so that a process killed anywhere goes on where it was.</remarks>
public sealed class LifecycleService(ModelCatalog catalog, ChallengerIntake intake, IStateStore store, StateWriter writer, ITelemetry telemetry, ILogger<LifecycleService> logger)
{
    /// <summary>One step for every model. One model's failure does not stop the next.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        foreach (var model in catalog.Models)
        {
            try
            {
                await StepAsync(model, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.LifecycleFailed(logger, e, model.Name);
            }
        }
    }

    private async Task StepAsync(MonitoredModel model, CancellationToken cancellationToken)
    {
        IReadOnlyList<RetrainRequest> requests;
        var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            requests = await RetrainRequests.ReadAsync(reader, model.Name, int.MaxValue, cancellationToken).ConfigureAwait(false);
        }

        if (requests.Any(request => request.Status is RetrainStatus.Queued or RetrainStatus.Running))
        {
            var expiry = new ExpireWork(model.Name);
            await writer.SubmitAsync(expiry).ConfigureAwait(false);
            telemetry.RetrainsOpen(model.Name, expiry.Open);
        }
        else
        {
            telemetry.RetrainsOpen(model.Name, 0);
        }

        foreach (var request in requests.Where(r => r is { Status: RetrainStatus.Trained, Challenger: null, Trained: not null }))
        {
            var trained = request.Trained!;
            try
            {
                await intake.AddAsync(model.Name, trained.Onnx, trained.Version, request.Hook, request.Key, trained.Report, cancellationToken).ConfigureAwait(false);
            }
            catch (ChallengerRefusedException e)
            {
                await writer.SubmitAsync(new FailWork(request, e.Message)).ConfigureAwait(false);
            }
        }
    }

    private sealed class ExpireWork(string model) : IWork
    {
        public int Rows => 0;

        public int Open { get; private set; }

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken) => Open = await RetrainRequests.ExpireAsync(scope, model, cancellationToken).ConfigureAwait(false);
    }

    private sealed class FailWork(RetrainRequest request, string error) : IWork
    {
        public int Rows => 0;

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            await RetrainRequests.PutAsync(scope, request with { Status = RetrainStatus.Failed, Error = error }, cancellationToken).ConfigureAwait(false);
            await scope.Transaction.AddAuditAsync(new(scope.Now, request.Model, "monitor", "what was trained is no challenger", error), cancellationToken).ConfigureAwait(false);
        }
    }
}
