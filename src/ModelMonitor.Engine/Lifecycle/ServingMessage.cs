using System.Text.Json.Nodes;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>What others are told of versions: that another one serves, and what a person has to know or to decide.</summary>
internal static class ServingMessage
{
    /// <summary>For the serving side, and for people: which version it is, and where its file lies.</summary>
    /// <param name="action">Who is told.</param>
    public static OutboxRecord Changed(string action, MonitoredModel from, MonitoredModel next, VersionDossier dossier, bool promoted, string actor, string reason, IReadOnlyList<VersionCheck> checks, long now)
    {
        var data = new JsonObject
        {
            ["model"] = from.Name,
            ["version"] = next.Baseline.Version,
            ["previous"] = from.Baseline.Version,
            ["onnx"] = dossier.Onnx,
            ["sha256"] = next.Baseline.ModelSha256,
            ["baseline_hash"] = next.Baseline.Hash,
            ["by"] = actor,
            ["message"] = reason,
            ["checks"] = Checks(promoted ? dossier.Checks : checks),
        };
        return Record(action, ActionMessage.Promote, promoted ? "version_promoted" : "version_rolled_back", from.Name, next.Baseline.Version, now, data, action + from.Baseline.Version);
    }

    /// <summary>For people: a version waits for their word, or was refused.</summary>
    /// <param name="automatic">Whether one that is ready serves without a word.</param>
    /// <returns>Null: nothing that a person has to know.</returns>
    public static OutboxRecord? Reached(VersionDossier dossier, bool automatic, long now)
    {
        var (what, message) = dossier.Stage switch
        {
            VersionStage.Ready when !automatic => ("version_ready", $"version {dossier.Version} passed its tests and may serve in place of {dossier.Champion}: modelmonitor promote --model {dossier.Model} {dossier.Version}"),
            VersionStage.Refused => ("version_refused", $"version {dossier.Version} does not take the place of {dossier.Champion}. {string.Join(' ', dossier.Checks.Where(c => !c.Passed).Select(c => c.Text))}"),
            _ => (null, ""),
        };
        if (what is null) return null;
        var data = new JsonObject
        {
            ["model"] = dossier.Model,
            ["version"] = dossier.Version,
            ["champion"] = dossier.Champion,
            ["request"] = dossier.Request,
            ["by"] = dossier.Source,
            ["message"] = message,
            ["checks"] = Checks(dossier.Checks),
        };
        return Record(ActionMessage.Notify, ActionMessage.Promote, what, dossier.Model, dossier.Version, now, data, dossier.Champion);
    }

    /// <summary>A rule that fired for a version which serves no more.</summary>
    public static OutboxRecord Resolved(MonitoredModel from, string rule, ActionOptions action, string what, long now)
    {
        var data = new JsonObject { ["model"] = from.Name, ["version"] = from.Baseline.Version, ["rule"] = rule, ["state"] = "resolved", ["message"] = what };
        return Record(action.Name, rule, "rule_resolved", from.Name, from.Baseline.Version, now, data, action.Name + rule);
    }

    public static JsonArray Checks(IEnumerable<VersionCheck> checks) => [.. checks.Select(c => (JsonNode)new JsonObject { ["name"] = c.Name, ["passed"] = c.Passed, ["text"] = c.Text })];

    private static OutboxRecord Record(string action, string rule, string what, string model, string version, long now, JsonObject data, string beside)
    {
        var key = ActionMessage.KeyOf(model, version, what, beside, EvaluationJson.Time(now));
        return new() { Key = key, Model = model, Action = action, Rule = rule, Payload = CloudEvent.Of(key, what, model, version, now, data).ToJsonString(), CreatedAt = now, DueAt = now };
    }
}
