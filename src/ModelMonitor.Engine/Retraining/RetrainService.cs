using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Prescriptions;
using ModelMonitor.Core.Retraining;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Retraining;

/// <summary>Retrain requests that a person makes.</summary>
public sealed class RetrainService(ModelCatalog catalog, MonitorOptions options, EvaluationService evaluations, StateWriter writer, ITelemetry telemetry, TimeProvider clock)
{
    /// <summary>Asks for a new version of a model, with what its newest windows say. The budget and the rule of one at a time hold; the cooldown does not.</summary>
    /// <param name="by">Who asks.</param>
    /// <returns>The request's key.</returns>
    /// <exception cref="RetrainRefusedException">It does not go out: one clear line.</exception>
    public async Task<string> RequestAsync(string model, string by, string? reason, CancellationToken cancellationToken)
    {
        var monitored = catalog.Find(model) ?? throw new RetrainRefusedException($"there is no model '{model}'");
        if (monitored.Learning is not null) throw new RetrainRefusedException($"model '{model}' is still learning its baseline");
        var action = options.Actions.FirstOrDefault(a => a.Name == ActionMessage.Retrain) ?? throw new RetrainRefusedException("the configuration has no action 'retrain'");
        var window = options.Windows[^1];
        var evaluation = await evaluations.EvaluateAsync(monitored, window, cancellationToken).ConfigureAwait(false);
        var diagnosis = Diagnoses.Of(evaluation, monitored.Baseline, Evaluator.OptionsOf(monitored, window.Looks));
        var now = Instant.From(clock.GetUtcNow());
        var key = ActionMessage.KeyOf(model, monitored.Baseline.Version, RetrainTrigger.ByHand, by, EvaluationJson.Time(now));
        var evidence = new JsonObject { ["window"] = new JsonObject { ["name"] = window.Name, ["start"] = EvaluationJson.Time(evaluation.PerformanceRange.Start), ["end"] = EvaluationJson.Time(evaluation.PerformanceRange.End) }, ["findings"] = EvaluationJson.Findings(evaluation.Findings) };
        var trigger = new RetrainTrigger(RetrainTrigger.ByHand, by, key, reason ?? diagnosis.Reason, diagnosis, evidence)
        {
            Prescription = Prescription.For(diagnosis) is { Decision: PrescriptionDecision.Retrain } prescribed ? prescribed : Prescription.AtWish(diagnosis),
        };
        var work = new Work(monitored, trigger, action with { Cooldown = TimeSpan.Zero }, options);
        await writer.SubmitAsync(work).ConfigureAwait(false);
        telemetry.Action(model, RetrainTrigger.ByHand, action.Name, work.Outcome == "queued" ? "queued" : "suppressed");
        return work.Outcome switch
        {
            "queued" => key,
            RetrainAdmission.Running => throw new RetrainRefusedException($"a retrain request of model '{model}' is not settled yet"),
            RetrainAdmission.Budget => throw new RetrainRefusedException($"the budget of {action.Budget} retrain requests a day is spent for model '{model}'"),
            var other => throw new RetrainRefusedException($"the request was not made: {other}"),
        };
    }

    private sealed class Work(MonitoredModel model, RetrainTrigger trigger, ActionOptions action, MonitorOptions options) : IWork
    {
        public int Rows => 0;

        public string Outcome { get; private set; } = "";

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken) =>
            Outcome = await RetrainRequests.QueueAsync(scope, model, trigger, action, options, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>A retrain request is not made. The message says why, in one line.</summary>
public sealed class RetrainRefusedException(string message) : Exception(message);
