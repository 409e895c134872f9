using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Retraining;

/// <summary>A retrain request as its receiver reads it: all that is needed to train, and nothing of the state.</summary>
public static class RetrainMessage
{
    /// <summary>Where the monitor serves the schema of `data`.</summary>
    public const string SchemaPath = "/schemas/retrain-request.json";

    /// <summary>The JSON Schema of `data`.</summary>
    public static string Schema()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("retrain-request.schema.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <param name="request">What is kept of it.</param>
    public static OutboxRecord Compose(RetrainRequest request, MonitoredModel model, RetrainTrigger trigger, MonitorOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(trigger);
        ArgumentNullException.ThrowIfNull(options);
        var root = options.PublicUrl ?? new Uri("http://" + options.ListenHttp);
        var data = new JsonObject
        {
            ["key"] = request.Key,
            ["model"] = request.Model,
            ["version"] = request.Version,
            ["task"] = EvaluationJson.TaskName(model.Options.Task),
            ["trigger"] = new JsonObject { ["kind"] = trigger.Name == RetrainTrigger.ByHand ? "hand" : "rule", ["name"] = trigger.Name, ["actor"] = trigger.Actor, ["message"] = trigger.Reason },
            ["evidence"] = trigger.Evidence.DeepClone(),
            ["diagnosis"] = DiagnosisJson.Write(trigger.Diagnosis),
            ["prescription"] = DiagnosisJson.Write(trigger.Prescription),
            ["champion"] = Champion(model),
            ["training"] = new JsonObject { ["reference"] = model.Options.Reference?.Train, ["captured"] = null },
            ["callback"] = new JsonObject
            {
                ["url"] = new Uri(root, $"v1/models/{Uri.EscapeDataString(request.Model)}/versions?request={request.Key}").ToString(),
                ["expires"] = EvaluationJson.Time(request.ExpiresAt),
            },
        };
        var message = CloudEvent.Of(request.Key, "retrain_requested", request.Model, request.Version, request.RequestedAt, data, new Uri(root, SchemaPath).ToString());
        return new OutboxRecord
        {
            Key = request.Key,
            Model = request.Model,
            Action = ActionMessage.Retrain,
            Rule = trigger.Name,
            Payload = message.ToJsonString(),
            CreatedAt = request.RequestedAt,
            DueAt = request.RequestedAt,
        };
    }

    /// <summary>How the version reads rows and what it puts out: another one that does the same can take its place without a change of the configuration.</summary>
    private static JsonObject Champion(MonitoredModel model)
    {
        var of = model.Options;
        return new JsonObject
        {
            ["onnx"] = of.Onnx,
            ["sha256"] = model.Baseline.ModelSha256,
            ["inputs"] = new JsonArray([.. of.Inputs.Select(input => (JsonNode)new JsonObject
            {
                ["name"] = input.Name,
                ["columns"] = Texts(input.Columns),
                ["value"] = input.Value,
                ["default"] = input.Default,
                ["defaults"] = new JsonObject(input.Defaults.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value))),
            })]),
            ["score"] = new JsonObject
            {
                ["output"] = of.ScoreOutput,
                ["positive"] = of.ScorePositive?.ToString(),
                ["classes"] = model.Baseline.Shape.Classes.Count > 0 ? Texts(model.Baseline.Shape.Classes) : null,
                ["activation"] = of.ScoreActivation.ToString().ToLower(CultureInfo.InvariantCulture),
            },
            ["threshold"] = of.Threshold,
            ["columns"] = new JsonObject { ["id"] = of.Columns.Id, ["time"] = of.Columns.Time, ["label"] = of.Columns.Label, ["label_time"] = of.Columns.LabelTime },
            ["label_positive"] = of.LabelPositive?.ToString(),
            ["categorical"] = Texts(of.Categorical),
            ["features"] = Texts(model.Baseline.Shape.Features.Select(f => f.Name)),
            ["targets"] = new JsonObject(of.Targets.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value))),
        };
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode?)t)];
}
