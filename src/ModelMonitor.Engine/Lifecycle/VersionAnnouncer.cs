using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Says to metrics and log what a version is from now on, and what runs it.</summary>
public sealed class VersionAnnouncer(ModelCatalog catalog, ITelemetry telemetry, ILogger<VersionAnnouncer> logger)
{
    private readonly ConditionalWeakTable<IScorer, object> _watched = [];

    /// <summary>It serves.</summary>
    public void Champion(MonitoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (name, version) = (model.Name, model.Baseline.Version);
        var gate = VersionGate.Of(model.Baseline, Evaluator.OptionsOf(model, 1));
        foreach (var finding in gate) Log.GateBreached(logger, name, version, finding.Kind, finding.Message);
        Declare(model, "champion");
        var weights = model.Baseline.Weights?.Tensors ?? [];
        telemetry.WeightNorms(name, version, weights.SelectMany(t => t.ByName, (t, norm) => (t.Tensor, norm.Norm, norm.Value)));
        telemetry.Gate(name, version, gate.Count > 0);
    }

    /// <summary>It scores beside the one that serves.</summary>
    public void Challenger(MonitoredModel model) => Declare(model, "challenger");

    /// <summary>It scores no more.</summary>
    public void Retired(MonitoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        telemetry.ModelDeclared(model.Name, model.Baseline.Version, "retired", "none", model.Baseline.ModelSha256);
    }

    private void Declare(MonitoredModel model, string role)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (name, version, sha256) = (model.Name, model.Baseline.Version, model.Baseline.ModelSha256);
        telemetry.ModelDeclared(name, version, role, model.Scorer?.Provider ?? "none", sha256);
        if (model.Scorer is not { } scorer || !_watched.TryAdd(scorer, this)) return;
        foreach (var note in scorer.DeviceNotes) Log.DeviceNote(logger, name, version, note);
        // The role is what it is when the device changes, not what it was when the scorer was opened.
        scorer.OnDeviceChange(change =>
        {
            Log.DeviceChanged(logger, name, version, change.From, change.To, change.Reason);
            telemetry.DeviceChanged(name, change.From, change.To);
            telemetry.ModelDeclared(name, version, catalog.Find(name)?.Baseline.Version == version ? "champion" : "challenger", change.To, sha256);
        });
    }
}
