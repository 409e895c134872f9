using System.Globalization;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Models;

namespace ModelMonitor.Host.Hosting;

/// <summary>Makes the configured versions the registry's champions before anything else happens. The same version with another model file is a fault.</summary>
internal sealed class VersionRegistration(ModelCatalog catalog, StateWriter writer, ITelemetry telemetry, ILogger<VersionRegistration> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var work = new Work(catalog);
        await writer.SubmitAsync(work);
        if (work.Fault is { } fault) throw new ModelLoadException(fault);
        telemetry.State(work.State.ToString("x8", CultureInfo.InvariantCulture));
        foreach (var model in catalog.Models)
        {
            foreach (var challenger in model.Challengers)
            {
                telemetry.ModelDeclared(model.Name, challenger.Baseline.Version, "challenger", challenger.Scorer?.Provider ?? "none", challenger.Baseline.ModelSha256);
                WatchDevices(challenger, "challenger");
            }

            var gate = VersionGate.Of(model.Baseline, Evaluator.OptionsOf(model, 1));
            foreach (var finding in gate) Log.GateBreached(logger, model.Name, model.Baseline.Version, finding.Kind, finding.Message);
            telemetry.ModelDeclared(model.Name, model.Baseline.Version, "champion", model.Scorer?.Provider ?? "none", model.Baseline.ModelSha256);
            WatchDevices(model, "champion");
            var weights = model.Baseline.Weights?.Tensors ?? [];
            telemetry.WeightNorms(model.Name, model.Baseline.Version, weights.SelectMany(t => t.ByName, (t, norm) => (t.Tensor, norm.Norm, norm.Value)));
            telemetry.Gate(model.Name, model.Baseline.Version, gate.Count > 0);
        }
    }

    /// <summary>What runs the model is a metric, and says so when it changes.</summary>
    private void WatchDevices(MonitoredModel model, string role)
    {
        var (name, version, sha256) = (model.Name, model.Baseline.Version, model.Baseline.ModelSha256);
        foreach (var note in model.Scorer?.DeviceNotes ?? []) Log.DeviceNote(logger, name, version, note);
        model.Scorer?.OnDeviceChange(change =>
        {
            Log.DeviceChanged(logger, name, version, change.From, change.To, change.Reason);
            telemetry.DeviceChanged(name, change.From, change.To);
            telemetry.ModelDeclared(name, version, role, change.To, sha256);
        });
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private sealed class Work(ModelCatalog catalog) : IWork
    {
        public int Rows => 0;

        public string? Fault { get; private set; }

        public long State { get; private set; }

        /// <summary>The state's name: made once, with the state. Short, for it stands in legends.</summary>
        private async ValueTask NameStateAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            const string Mark = "state";
            var known = await scope.Transaction.ReadMarkAsync(Mark, cancellationToken);
            State = known ?? Random.Shared.NextInt64(1L << 32);
            if (known is null) await scope.Transaction.WriteMarkAsync(Mark, State, cancellationToken);
        }

        /// <summary>What is no challenger any more is retired; what was a champion before and stands there as a challenger is one.</summary>
        private async ValueTask RegisterChallengersAsync(CommitScope scope, MonitoredModel model, IReadOnlyList<VersionRecord> versions, CancellationToken cancellationToken)
        {
            foreach (var challenger in model.Challengers.Select(c => c.Baseline))
            {
                var known = versions.FirstOrDefault(v => v.Version == challenger.Version);
                if (known is not null && known.ModelSha256 != challenger.ModelSha256)
                {
                    Fault = $"models.{model.Name}.challengers.{challenger.Version}: the version is known with another model file (sha256 {known.ModelSha256}): give the new file a new version";
                    return;
                }

                if (known is { Role: VersionRole.Challenger } && known.BaselineHash == challenger.Hash) continue;
                await scope.Transaction.WriteVersionAsync(new(model.Name, challenger.Version, challenger.Hash, challenger.ModelSha256, VersionRole.Challenger, scope.Now), cancellationToken);
                await scope.Transaction.AddAuditAsync(new(scope.Now, model.Name, "configuration", $"version {challenger.Version} became challenger", "baseline " + challenger.Hash), cancellationToken);
            }

            foreach (var gone in versions.Where(v => v.Role == VersionRole.Challenger && v.Version != model.Baseline.Version && model.Challengers.All(c => c.Baseline.Version != v.Version)))
                await scope.Transaction.WriteVersionAsync(gone with { Role = VersionRole.Retired }, cancellationToken);
        }

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            Fault = null;
            await NameStateAsync(scope, cancellationToken);
            foreach (var model in catalog.Models)
            {
                var versions = await scope.Transaction.ReadVersionsAsync(model.Name, cancellationToken);
                var baseline = model.Baseline;
                var known = versions.FirstOrDefault(v => v.Version == baseline.Version);
                if (known is not null && known.ModelSha256 != baseline.ModelSha256)
                    Fault = $"models.{model.Name}.version: version '{baseline.Version}' is known with another model file (sha256 {known.ModelSha256}): give the new file a new version";
                if (Fault is not null) return;
                // One that serves already goes on: to stop watching it would help nobody.
                if (model.Options.GateRefuses && known is not { Role: VersionRole.Champion } && VersionGate.Of(baseline, Evaluator.OptionsOf(model, 1)) is [var first, ..])
                {
                    Fault = VersionGate.Refusal(model.Name, baseline.Version, first);
                    return;
                }

                await RegisterChallengersAsync(scope, model, versions, cancellationToken);
                if (Fault is not null) return;
                if (known is { Role: VersionRole.Champion } && known.BaselineHash == baseline.Hash) continue;
                foreach (var other in versions.Where(v => v.Role == VersionRole.Champion && v.Version != baseline.Version && model.Challengers.All(c => c.Baseline.Version != v.Version)))
                    await scope.Transaction.WriteVersionAsync(other with { Role = VersionRole.Retired }, cancellationToken);
                await scope.Transaction.WriteVersionAsync(new(model.Name, baseline.Version, baseline.Hash, baseline.ModelSha256, VersionRole.Champion, scope.Now), cancellationToken);
                await scope.Transaction.AddAuditAsync(new(scope.Now, model.Name, "configuration", $"version {baseline.Version} became champion", "baseline " + baseline.Hash), cancellationToken);
            }
        }
    }
}
