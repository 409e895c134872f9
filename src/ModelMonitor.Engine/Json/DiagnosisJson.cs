using System.Text.Json.Nodes;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Prescriptions;

namespace ModelMonitor.Engine.Json;

/// <summary>Diagnosis and prescription as a retrain request carries them.</summary>
public static class DiagnosisJson
{
    public static JsonObject Write(ModelDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        return new()
        {
            ["kind"] = diagnosis.Kind,
            ["metric"] = diagnosis.Metric,
            ["confidence"] = diagnosis.Confirmed ? "confirmed" : "suspected",
            ["reason"] = diagnosis.Reason,
            ["severity"] = diagnosis.Severity,
            ["evidence"] = new JsonArray([.. diagnosis.Evidence.Select(e => (JsonNode)new JsonObject
            {
                ["what"] = e.What,
                ["on"] = e.On,
                ["window"] = e.Window,
                ["feature"] = e.Feature,
                ["value"] = e.Value.Value,
                ["lower"] = e.Value.Lower,
                ["upper"] = e.Value.Upper,
                ["limit"] = e.Limit,
            })]),
            ["moved_features"] = Texts(diagnosis.MovedFeatures),
            ["idle_features"] = Texts(diagnosis.IdleFeatures),
            ["needed_features"] = Texts(diagnosis.NeededFeatures),
        };
    }

    public static JsonObject Write(Prescription prescription)
    {
        ArgumentNullException.ThrowIfNull(prescription);
        return new()
        {
            ["decision"] = prescription.Decision,
            ["remedies"] = new JsonArray([.. prescription.Remedies.Select(r => (JsonNode)new JsonObject { ["kind"] = r.Kind, ["text"] = r.Text })]),
            ["regularization"] = prescription.Regularization is not { } r ? null : new JsonObject { ["l2"] = Range(r.L2), ["l1"] = Range(r.L1), ["dropout"] = Range(r.Dropout), ["early_stopping"] = r.EarlyStopping },
            ["capacity"] = prescription.Capacity,
            ["rows"] = prescription.Rows,
            ["drop_features"] = Texts(prescription.DropFeatures),
            ["optimizer"] = prescription.Optimizer,
            ["epochs_factor"] = prescription.EpochsFactor,
            ["clean_labels"] = prescription.CleanLabels,
        };
    }

    private static JsonArray Range(SearchRange range) => [range.From, range.To];

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode?)t)];
}
