using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Retraining;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>The end of retrain requests: what was trained becomes a challenger, what takes too long is given up.</summary>
public sealed class TrainedModels(ChallengerIntake intake, StateWriter writer, ITelemetry telemetry)
{
    /// <param name="requests">All of the model's.</param>
    public async Task TakeAsync(string model, IReadOnlyList<RetrainRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var expiry = new ExpireWork(model);
        if (requests.Any(request => request.Status is RetrainStatus.Queued or RetrainStatus.Running)) await writer.SubmitAsync(expiry).ConfigureAwait(false);
        telemetry.RetrainsOpen(model, expiry.Open);
        foreach (var request in requests.Where(r => r is { Status: RetrainStatus.Trained, Challenger: null, Trained: not null }))
        {
            var trained = request.Trained!;
            try
            {
                await intake.AddAsync(model, trained.Onnx, trained.Version, request.Hook, request.Key, trained.Report, cancellationToken).ConfigureAwait(false);
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
