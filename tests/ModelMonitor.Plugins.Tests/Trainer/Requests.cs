using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Prescriptions;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Scoring;

namespace ModelMonitor.Plugins.Tests.Trainer;

/// <summary>Retrain requests for the recorded cases, as the monitor would write them.</summary>
internal static class Requests
{
    /// <param name="root">Where the cases lie; null: beside the tests.</param>
    public static ModelOptions Model(string folder, string model, string? root = null) =>
        MonitorConfiguration.Load(Path.Combine(root ?? Path.Combine(AppContext.BaseDirectory, "Data"), folder, "monitor.yaml"), new Dictionary<string, string>()).Options!.Models.Single(m => m.Name == model);

    public static MonitoredModel Load(ModelOptions options) => new ModelLoader(new OnnxScorerFactory()).Load(options);

    /// <summary>The message of a request after this diagnosis.</summary>
    public static string Message(MonitoredModel model, string key, string kind = DiagnosisKind.Variance)
    {
        var diagnosis = new ModelDiagnosis(kind, "m", true, "because") { Severity = 3 };
        var trigger = new RetrainTrigger("overfitting", "rule overfitting", key, "it is so", diagnosis, []);
        var request = new RetrainRequest
        {
            Key = key,
            Model = model.Name,
            Version = model.Baseline.Version,
            Trigger = "overfitting",
            Reason = "",
            Diagnosis = kind,
            Hook = "trainer",
            Status = RetrainStatus.Queued,
            RequestedAt = 0,
            UpdatedAt = 0,
            ExpiresAt = Instant.Day,
        };
        return RetrainMessage.Compose(request, model, trigger, new MonitorOptions { StateFolder = "", Models = [], Windows = [], Rules = [] }).Payload;
    }

    /// <summary>The same request with captured rows.</summary>
    public static string WithCaptured(string message, string train, string tune)
    {
        var json = JsonNode.Parse(message)!;
        json["data"]!["training"]!["captured"] = new JsonObject { ["train"] = train, ["tune"] = tune, ["train_rows"] = 1, ["tune_rows"] = 1 };
        return json.ToJsonString();
    }

    /// <summary>Scores of a file's rows by an ONNX file that stands in the model's place.</summary>
    public static double[] Score(ModelOptions model, string onnx, string file)
    {
        using var scorer = new OnnxScorerFactory().Open(model with { Onnx = onnx });
        return [.. ArrowBatches.OpenFile(file).ReadAll().SelectMany(batch =>
        {
            var scores = new double[batch.Length];
            scorer.Score(batch, scores);
            return scores;
        })];
    }

    /// <summary>Train and hold-out values of a metric, of an ONNX file in the model's place.</summary>
    public static (double Train, double Holdout, GapGrade Overfitting) Performance(ModelOptions model, string onnx, string metric)
    {
        var made = Load(model with { Onnx = onnx, Version = "new", Baseline = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")) });
        using var scorer = made.Scorer;
        var gap = Findings.OfVersion(made.Baseline, new FindingOptions { PrimaryMetric = metric });
        return (made.Baseline.Train.Performance[metric].Value!.Value, made.Baseline.Holdout!.Performance[metric].Value!.Value,
            gap.FirstOrDefault(f => f.Kind == FindingKind.Overfitting) is { } found ? found.Confirmed ? GapGrade.Confirmed : GapGrade.Suspected : GapGrade.None);
    }

    public static string Prescribed(string kind) => DiagnosisJson.Write(Prescription.For(new ModelDiagnosis(kind, "m", true, ""))).ToJsonString();
}
