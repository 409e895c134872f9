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

    /// <summary>The action that tells people.</summary>
    public const string Notify = "notify";

    /// <summary>The action that tells the serving side which version serves.</summary>
    public const string Promote = "promote";

    /// <summary>Whether the receiver wants to hear that a breach is over. A retrain request is not taken back.</summary>
    public static bool TellsWhenOver(ActionOptions action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return action.Name != Retrain;
    }

    /// <summary>A notification, with a key that is the same however often it is composed.</summary>
    public static OutboxRecord Compose(RuleTransition transition, Evaluation evaluation, ActionOptions action, long now)
    {
        ArgumentNullException.ThrowIfNull(transition);
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(action);
        var key = KeyOf(transition, evaluation, action.Name);
        return Record(key, "rule_" + StateOf(transition), evaluation, action.Name, transition.Rule, now, Of(transition, evaluation));
    }

    /// <summary>What would have asked for a new version, and why it does not: a person should know.</summary>
    public static OutboxRecord Withheld(RuleTransition transition, Evaluation evaluation, ActionOptions notify, long now, ModelDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(transition);
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(notify);
        ArgumentNullException.ThrowIfNull(diagnosis);
        var data = Of(transition, evaluation);
        (data["message"], data["diagnosis"], data["prescription"]) = (diagnosis.Reason, DiagnosisJson.Write(diagnosis), DiagnosisJson.Write(Prescription.For(diagnosis)));
        return Record(KeyOf(transition, evaluation, "withheld"), "retrain_withheld", evaluation, notify.Name, transition.Rule, now, data);
    }

    /// <summary>What a transition says of itself, for every message about it.</summary>
    public static JsonObject Of(RuleTransition transition, Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(transition);
        ArgumentNullException.ThrowIfNull(evaluation);
        var worst = new JsonArray();
        foreach (var breach in transition.Verdict.Worst) worst.Add((JsonNode)new JsonObject { ["feature"] = breach.Feature, ["value"] = breach.Value, ["limit"] = breach.Limit });
        return new JsonObject
        {
            ["model"] = evaluation.Model,
            ["version"] = evaluation.Version,
            ["rule"] = transition.Rule,
            ["state"] = StateOf(transition),
            ["window"] = new JsonObject { ["name"] = evaluation.Window, ["start"] = EvaluationJson.Time(transition.Range.Start), ["end"] = EvaluationJson.Time(transition.Range.End) },
            ["segment"] = transition.Segment,
            ["value"] = transition.Verdict.Value,
            ["limit"] = transition.Verdict.Limit,
            ["message"] = transition.Verdict.Message,
            ["worst"] = worst,
            ["findings"] = EvaluationJson.Findings(evaluation.Findings),
        };
    }

    /// <summary>The same for the same transition and action.</summary>
    public static string KeyOf(RuleTransition transition, Evaluation evaluation, string action)
    {
        ArgumentNullException.ThrowIfNull(transition);
        ArgumentNullException.ThrowIfNull(evaluation);
        return KeyOf(evaluation.Model, evaluation.Version, transition.Rule, action, StateOf(transition), EvaluationJson.Time(transition.Range.End) + transition.Segment);
    }

    /// <summary>Parts → 32 hex digits.</summary>
    public static string KeyOf(params string[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, 16));

    private static string StateOf(RuleTransition transition) => transition.Change == RuleChange.Fired ? "fired" : "resolved";

    private static OutboxRecord Record(string key, string what, Evaluation evaluation, string action, string rule, long now, JsonObject data) => new()
    {
        Key = key,
        Model = evaluation.Model,
        Action = action,
        Rule = rule,
        Payload = CloudEvent.Of(key, what, evaluation.Model, evaluation.Version, now, data).ToJsonString(),
        CreatedAt = now,
        DueAt = now,
    };
}
