using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Prescriptions;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Actions;

/// <summary>What a rule's action says: one message per rule and model, the worst first, and one when it is over.</summary>
public static class ActionMessage
{
    /// <summary>The action that asks for a new version.</summary>
    public const string Retrain = "retrain";

    /// <summary>Whether the receiver wants to hear that a breach is over. A retrain request is not taken back.</summary>
    public static bool TellsWhenOver(ActionOptions action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return action.Name != Retrain;
    }

    /// <summary>The message, with a key that is the same however often it is composed.</summary>
    /// <param name="diagnosis">What a retrain request says of the cause, and what it prescribes for it; no other message does.</param>
    public static OutboxRecord Compose(RuleTransition transition, Evaluation evaluation, ActionOptions action, long now, ModelDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(transition);
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(diagnosis);
        var change = transition.Change == RuleChange.Fired ? "fired" : "resolved";
        var key = KeyOf(evaluation.Model, evaluation.Version, transition.Rule, action.Name, change, EvaluationJson.Time(transition.Range.End) + transition.Segment);
        var worst = new JsonArray();
        foreach (var breach in transition.Verdict.Worst) worst.Add((JsonNode)new JsonObject { ["feature"] = breach.Feature, ["value"] = breach.Value, ["limit"] = breach.Limit });
        var payload = new JsonObject
        {
            ["id"] = key,
            ["type"] = action.Name == Retrain ? "retrain_requested" : "rule_" + change,
            ["time"] = EvaluationJson.Time(now),
            ["model"] = evaluation.Model,
            ["version"] = evaluation.Version,
            ["rule"] = transition.Rule,
            ["state"] = change,
            ["window"] = new JsonObject { ["name"] = evaluation.Window, ["start"] = EvaluationJson.Time(transition.Range.Start), ["end"] = EvaluationJson.Time(transition.Range.End) },
            ["segment"] = transition.Segment,
            ["value"] = transition.Verdict.Value,
            ["limit"] = transition.Verdict.Limit,
            ["message"] = transition.Verdict.Message,
            ["worst"] = worst,
            ["findings"] = EvaluationJson.Findings(evaluation.Findings),
        };
        if (action.Name == Retrain)
        {
            payload["diagnosis"] = DiagnosisJson.Write(diagnosis);
            payload["prescription"] = DiagnosisJson.Write(Prescription.For(diagnosis));
        }

        return new OutboxRecord { Key = key, Model = evaluation.Model, Action = action.Name, Rule = transition.Rule, Payload = payload.ToJsonString(), CreatedAt = now, DueAt = now };
    }

    private static string KeyOf(params string[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, 16));
}
