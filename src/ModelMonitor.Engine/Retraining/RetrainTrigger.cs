using System.Text.Json.Nodes;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Prescriptions;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Actions;

namespace ModelMonitor.Engine.Retraining;

/// <summary>What asks for a new version: a rule that fired, or a person.</summary>
/// <param name="Name">The rule, or <see cref="ByHand"/>.</param>
/// <param name="Actor">For the audit.</param>
/// <param name="Key">The request's.</param>
/// <param name="Evidence">What it rests on.</param>
public sealed record RetrainTrigger(string Name, string Actor, string Key, string Reason, ModelDiagnosis Diagnosis, JsonObject Evidence)
{
    public const string ByHand = "by hand";

    /// <summary>What the diagnosis asks for, unless a person asks for more.</summary>
    public Prescription Prescription { get; init; } = Prescription.For(Diagnosis);

    public static RetrainTrigger Of(RuleTransition transition, Evaluation evaluation, ModelDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(transition);
        ArgumentNullException.ThrowIfNull(evaluation);
        return new(transition.Rule, "rule " + transition.Rule, ActionMessage.KeyOf(transition, evaluation, ActionMessage.Retrain), transition.Verdict.Message, diagnosis, ActionMessage.Of(transition, evaluation));
    }
}
